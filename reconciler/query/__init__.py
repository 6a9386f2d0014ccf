r"""The match language: what a rule's `match:` says. It knows no model: a record is attribute -> values.

    query    := or_expr
    or_expr  := and_expr ("OR" and_expr)*
    and_expr := unary ("AND"? unary)*
    unary    := ("-" | "NOT") unary | "(" query ")" | term
    term     := attribute ":" (value | "(" value ("OR" value)* ")")
    value    := word | '"' quoted text '"'

`*` in a value stands for any text, in quotes too; `\*`, `\"` and `\\` in quotes are the characters themselves.
"""
