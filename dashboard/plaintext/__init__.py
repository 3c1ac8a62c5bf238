"""Pages as plain text, made of the pages themselves, so that the two never differ.

``pages`` reads the HTML of a page, ``tables`` lays out its tables within the width of a terminal.
"""
