"""Writes a trained model as GGUF: Q8_0 matrices, F32 norms, tokenizer and chat template within."""

from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, LlamaFileType, TokenType, quants
from tokenizers import Tokenizer

from model import Llama
from tokens import CHAT_TEMPLATE, END, END_OF_TEXT, SPECIALS


def merges_of(tokenizer: Tokenizer) -> list[str]:
    import json

    pairs = json.loads(tokenizer.to_str())["model"]["merges"]
    return [" ".join(pair) if isinstance(pair, list) else pair for pair in pairs]


def write_gguf(model: Llama, tokenizer: Tokenizer, path: Path) -> None:
    shape = model.shape
    writer = GGUFWriter(str(path), "llama")
    writer.add_name("demo")
    writer.add_description("A tiny demonstration model of the edge cache for Ollama. See the model card beside it.")
    writer.add_license("mit")
    writer.add_file_type(LlamaFileType.MOSTLY_Q8_0)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_rope_dimension_count(shape.head)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.eps)
    writer.add_vocab_size(shape.vocab)

    words = sorted(tokenizer.get_vocab().items(), key=lambda pair: pair[1])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([word for word, _ in words])
    writer.add_token_types([TokenType.CONTROL if word in SPECIALS else TokenType.NORMAL for word, _ in words])
    writer.add_token_merges(merges_of(tokenizer))
    end = tokenizer.token_to_id(END)
    writer.add_bos_token_id(tokenizer.token_to_id(END_OF_TEXT))
    writer.add_eos_token_id(end)
    writer.add_eot_token_id(end)
    writer.add_pad_token_id(tokenizer.token_to_id(END_OF_TEXT))
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)

    for name, weight in model.state_dict().items():
        values = weight.detach().float().numpy().astype(np.float32)
        if values.ndim == 1:
            writer.add_tensor(name, values)
        else:
            kind = GGMLQuantizationType.Q8_0
            writer.add_tensor(name, quants.quantize(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
