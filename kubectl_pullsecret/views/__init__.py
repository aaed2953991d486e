"""From results to what people and programs read: text, JSON, YAML. Pure; `cli` prints it.

- `terminal`: text from outside made harmless, colours, the width of characters
- `layout`: label and value lines, tables, wrapping; neutralises every cell
- `commands`: the one place where a fix becomes a command line
- `data`: the JSON and YAML documents, a public contract; `doctor_report`: the one of a diagnosis
- `text`: a diagnosis as people read it; `reasons`: the pages of `explain`
"""
