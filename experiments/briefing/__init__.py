"""From results to pages that a council can act on: PDF, HTML and DOCX, each number traceable.

Results are read as `facts`; `rules` say what each carries; `findings` and `sections` put that into
phrases of ``experiments/languages``; `document` holds the pages, and `typeset`, `web` and `word`
write them.
"""
