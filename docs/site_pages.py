"""What the site has besides the pages of docs/: the papers at the root of the project. MkDocs calls these functions by name.

Links are written for the files as they lie in the project, where people read them too; here they are turned to where the site
has their targets. What the site does not have, such as source code, is named and not linked.
"""

import re
from pathlib import Path, PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

PAPERS = ("ARCHITECTURE.md", "GLOSSARY.md", "DECISIONS.md", "CONTRIBUTING.md", "CHANGELOG.md")

_ROOT = Path(__file__).parents[1]
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?://|#)([^)#\s]+)(#[^)\s]*)?\)")
_CODE_WITH_PIPES = re.compile(r"`[^`\n]*\\\|[^`\n]*`")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """The settings without the theme's pages for web servers: their links begin at the root of a server."""
    config.theme.static_templates.clear()
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """The files of docs/ and the papers, side by side."""
    for name in PAPERS:
        files.append(File.generated(config, name, abs_src_path=str(_ROOT / name)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 (MkDocs' names)
    """The text of a page with its links as the site has them."""
    folder = _ROOT if page.file.src_uri in PAPERS else _ROOT / "docs"
    return _CODE_WITH_PIPES.sub(_bare_pipes, _LINK.sub(lambda link: _turned(link, folder, files), markdown))


def _turned(link: re.Match[str], folder: Path, files: Files) -> str:
    text, target, place = link[1], (folder / link[2]).resolve(), link[3] or ""
    if not target.is_relative_to(_ROOT):
        return link[0]
    within = PurePosixPath(target.relative_to(_ROOT).as_posix())
    name = str(within.relative_to("docs")) if within.parts[0] == "docs" else str(within)
    if files.get_file_from_path(name):
        return f"[{text}]({name}{place})"
    # MkDocs complains of a link to nowhere by itself; one to what lies beside the site is only words in it.
    return text if target.exists() else link[0]


def _bare_pipes(code: re.Match[str]) -> str:
    """GitHub wants the pipes in the code of a table escaped; the site's Markdown would show the escapes."""
    return code[0].replace("\\|", "|")
