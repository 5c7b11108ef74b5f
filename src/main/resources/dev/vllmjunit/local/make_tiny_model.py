"""Makes a tiny random-weight Llama with a byte-level BPE tokenizer and a chat template in the directory named by the first argument,
its vocabulary from the words in the file named by the second.

4 layers, hidden size 256, 2 KV heads of 64, float32: 4,096 bytes of KV cache per token; context 65,536. Everything is seeded and comes
from generators that give the same numbers on every machine, so that two machines make the same bytes.
"""
import random
import sys

import numpy
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

target, words_file = sys.argv[1:3]
with open(words_file, encoding="utf-8") as file:
    words = file.read().split()
order = random.Random(0)
sentences = [" ".join(order.choices(words, k=12)).capitalize() + "." for _ in range(4000)]

bpe = Tokenizer(models.BPE())
bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
bpe.decoder = decoders.ByteLevel()
bpe.train_from_iterator(sentences, trainers.BpeTrainer(
    vocab_size=4096, special_tokens=["<s>", "</s>"], initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    show_progress=False))
tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, bos_token="<s>", eos_token="</s>")
tokenizer.model_max_length = 65_536
tokenizer.chat_template = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}")
tokenizer.save_pretrained(target)

model = LlamaForCausalLM(LlamaConfig(
    vocab_size=4096, hidden_size=256, intermediate_size=688, num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2,
    max_position_embeddings=65_536, bos_token_id=0, eos_token_id=1, tie_word_embeddings=False, rope_theta=500_000.0))
numbers = numpy.random.Generator(numpy.random.PCG64(0))
with torch.no_grad():
    for name, weights in sorted(model.named_parameters()):
        if weights.dim() > 1:
            weights.copy_(torch.from_numpy(0.02 * numbers.standard_normal(weights.shape, dtype=numpy.float32)))
model.save_pretrained(target)
