"""The shape of every kind of document, as pydantic models: they validate at run time and generate the JSON Schemas."""
