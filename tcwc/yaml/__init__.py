"""YAML with positions: experiments by strictyaml's ruamel, configs as PyYAML reads them."""
