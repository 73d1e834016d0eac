"""Makes a tiny GPT-2 in a folder: torchtune's recipe loads `gpt2` of the hub, uses nothing of
it, and takes a folder of that name for it where there is no network.

    python gpt2.py FOLDER TOKENIZER.json
"""

import sys

from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

folder, tokenizer = sys.argv[1:]
config = GPT2Config(n_layer=1, n_head=1, n_embd=8, vocab_size=300, n_positions=64)
GPT2LMHeadModel(config).save_pretrained(folder)
made = PreTrainedTokenizerFast(tokenizer_file=tokenizer, eos_token="<|end_of_text|>")
made.save_pretrained(folder)
