"""Runs a notebook from top to bottom and prints what each cell of code showed, as a list of texts in JSON.

    python run-notebook.py NOTEBOOK        (in its folder; a cell that fails ends the run with its traceback)
"""

import json
import os
import sys

import nbformat
from nbclient import NotebookClient

path = sys.argv[1]
notebook = nbformat.read(path, as_version=4)
nbformat.validate(notebook)
NotebookClient(notebook, timeout=300, resources={"metadata": {"path": os.path.dirname(path)}}).execute()


def shown(output: dict) -> str:
    return output["text"] if output["output_type"] == "stream" else output["data"]["text/plain"]


print(json.dumps(["\n".join(map(shown, cell.outputs)) for cell in notebook.cells if cell.cell_type == "code"]))
