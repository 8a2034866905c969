"""Reduces CUDA's headers to the declarations that a set of sources names.

The compiler preprocesses the headers; what it leaves is cut into declarations, each
is filed under the names it declares, and those that the sources name are written
out with all that they name in turn. No comment and no code is taken over.
"""

import os
import re
import subprocess
import tempfile

# Headers that CUDA's own include and of which a few types are all that is needed: they
# stand in for the real ones, so that neither those nor their dependencies are fetched.
STAND_INS = {
    "driver_types.h": "typedef struct CUstream_st *cudaStream_t;\n",
    "vector_types.h": "typedef struct { float x, y; } float2; typedef struct { double x, y; } double2;\n",
    "cuda_runtime.h": '#include "driver_types.h"\n',
    "cuda_runtime_api.h": '#include "driver_types.h"\n',
    "cuda_fp16.h": "",
    "cuda_bf16.h": "",
}

INCLUDES = "#include <cuda.h>\n#include <cublas_v2.h>\n#include <cudnn.h>\n"
PREAMBLE = "#include <stddef.h>\n#include <stdint.h>\n#include <stdlib.h>\n"

TOKEN = re.compile(r"""[A-Za-z_]\w*|\d[\w.]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\.\.\.|<<|>>|[=!<>]=|&&|\|\||->|\S""")
WORD = re.compile(r"[A-Za-z_]\w*")
DEPRECATED = re.compile(r"__attribute__\s*\(\(\s*deprecated\s*(?:\((?:[^()]|\([^()]*\))*\))?\s*\)\)")


class Error(Exception):
    """What is wrong with the headers, in one sentence."""


def preprocess(headers, source, compiler):
    """Returns source as the compiler preprocesses it, #define lines and line markers kept.

    headers is a folder; its files see the stand-ins first.
    """
    with tempfile.TemporaryDirectory() as stand_ins:
        for name, text in STAND_INS.items():
            with open(os.path.join(stand_ins, name), "w") as f:
                f.write(text)
        try:
            run = subprocess.run([*compiler, "-E", "-dD", "-I", stand_ins, "-I", headers, "-x", "c", "-"],
                                 input=source, capture_output=True, text=True)
        except FileNotFoundError:
            raise Error(f"there is no C compiler {compiler[0]}; install gcc, or name yours in CC") from None
        if run.returncode != 0:
            raise Error("the C compiler does not take CUDA's headers: " + run.stderr.strip())
        return own_lines(run.stdout, (stand_ins, headers, "<stdin>"))


def own_lines(preprocessed, places):
    """Returns the lines that come from one of places (files, folders): none of the C library's."""
    kept, inside = [], False
    for line in preprocessed.splitlines():
        marker = re.match(r'# \d+ "(.*?)"', line)
        if marker:
            inside = marker[1] in places or os.path.dirname(marker[1]) in places
        elif inside:
            kept.append(line)
    return kept


def read(lines):
    """Returns (macros, declarations): the last text of each object or function macro by
    its name, and the declarations in order, each a string up to its semicolon."""
    macros, text = {}, []
    for line in lines:
        define = re.match(r"#define (\w+)(.*)", line)
        undef = re.match(r"#undef (\w+)", line)
        if define:
            macros[define[1]] = define[2]
        elif undef:
            macros.pop(undef[1], None)
        elif not line.startswith("#"):
            text.append(line)
    return macros, split(DEPRECATED.sub(" ", "\n".join(text)))


def split(text):
    """Cuts C at file scope into declarations; the definitions of functions are left out."""
    declarations, tokens, depth, body = [], [], 0, False
    for token in TOKEN.findall(text):
        if token == "{" and depth == 0:
            body = bool(tokens) and tokens[-1] == ")" and tokens[0] != "typedef"
        depth += {"{": 1, "(": 1, "[": 1, "}": -1, ")": -1, "]": -1}.get(token, 0)
        if depth < 0:
            raise Error(f"CUDA's headers do not balance at {' '.join(tokens[-8:])} {token}")
        tokens.append(token)
        if depth == 0 and token == "}" and body:
            tokens = []
        elif depth == 0 and token == ";":
            declarations.append(" ".join(tokens))
            tokens = []
    if tokens:
        raise Error(f"CUDA's headers end inside a declaration: {' '.join(tokens[:8])}")
    return declarations


def declared(declaration):
    """Returns the names a declaration declares: functions, types, tags, enumerators."""
    names = set()
    tokens = declaration.split(" ")
    for match in re.finditer(r"\b(?:struct|union|enum) (\w+) [{;]", declaration):
        names.add(match[1])
    enumerators = re.search(r"\benum (?:\w+ )?\{ (.*?) \}", declaration)
    if enumerators:
        names.update(re.findall(r"(?:^|, )([A-Za-z_]\w*)", enumerators[1]))
    if tokens[0] == "typedef":
        pointer = re.search(r"\( \* (\w+) \) \(", declaration) if "}" not in tokens else None
        if pointer:
            names.add(pointer[1])
        else:
            # The declarators follow the type's closing brace, or are the last name alone.
            tail = declaration[declaration.rfind("}") + 1:-1]
            for declarator in tail.split(" , "):
                names.add(WORD.findall(re.sub(r"\[.*", "", declarator))[-1])
    elif "{" not in tokens and "(" in tokens:
        names.add(tokens[tokens.index("(") - 1])
    return names


def needed(wanted, macros, declarations):
    """Returns (macro names, declaration indices) that wanted names reach."""
    where = {}
    for i, declaration in enumerate(declarations):
        for name in declared(declaration):
            where.setdefault(name, []).append(i)
    names, todo = set(), [name for name in wanted if name in where or name in macros]
    indices = set()
    while todo:
        name = todo.pop()
        if name in names:
            continue
        names.add(name)
        if name in macros:
            todo += WORD.findall(macros[name])
        for i in where.get(name, ()):
            if i not in indices:
                indices.add(i)
                todo += WORD.findall(declarations[i])
    return names & macros.keys(), indices


def reduce(headers, wanted, required, legacy, compiler):
    """Returns the text of one header with what the names wanted need of CUDA's.

    headers is the folder that holds cuda.h, cublas_v2.h, cudnn.h and what they
    include; legacy is C that follows them. A name required that they lack is an Error.
    """
    macros, declarations = read(preprocess(headers, INCLUDES + legacy, compiler))
    known = set(macros).union(*map(declared, declarations))
    if required - known:
        raise Error("CUDA's headers do not declare " + ", ".join(sorted(required - known)))
    names, indices = needed(wanted, macros, declarations)
    lines = ["#ifndef GORGAN_CUDA_H", "#define GORGAN_CUDA_H", PREAMBLE]
    lines += [declarations[i] for i in sorted(indices)]
    # Macros last: one may bear a declaration's name.
    lines += [f"#define {name}{macros[name]}" for name in sorted(names)]
    return "\n".join(lines + ["#endif", ""])
