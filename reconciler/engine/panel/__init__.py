"""What a person does to one issue or ticket: create, link, unlink, settle. Prepared and shown first, then carried out."""
