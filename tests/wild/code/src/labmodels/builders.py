from functools import partial

from torchtune.models.llama3 import lora_llama3

lora_tiny = partial(
    lora_llama3,
    vocab_size=128,
    num_layers=2,
    num_heads=2,
    num_kv_heads=2,
    embed_dim=32,
    max_seq_len=64,
)
