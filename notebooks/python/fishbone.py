"""Fishbone from Python: SQL, tables, screens and traces of a running server, as pyarrow, polars or pandas.

    import fishbone
    rows = fishbone.table("inspections").to("polars")

One file: copy it beside a notebook. It needs Python 3.9 or newer and pyarrow; polars and pandas only where they are asked
for. The server is `url`, else $FISHBONE_URL, else http://127.0.0.1:4800. The key is `token`, else the first line of
`token_file`, else $FISHBONE_TOKEN, else the first line of the file that $FISHBONE_TOKEN_FILE names.

It only reads. To propose or approve a hold stops people's work and is a decision of a person, while a notebook is run
again from top to bottom: so holds are made on the pages or the command line, and there is no function for them here.
"""

# pyarrow and pandas bring no types of their own.
# mypy: disable-error-code="import-untyped"

from __future__ import annotations

import email.utils
import http.client
import json
import os
import random
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, overload

import pyarrow as pa
import pyarrow.parquet

if TYPE_CHECKING:
    import pandas
    import polars

__all__ = ["Fishbone", "FishboneError", "Rows", "Screened", "Traced", "connect", "screen", "sql", "table", "trace"]

ARROW_STREAM = "application/vnd.apache.arrow.stream"
#: What the server gives to one query at most.
SQL_ROWS_MAX = 1_000_000
#: Answers after which the same question is asked again: too much at once, not now.
LATER = (429, 503)
LONGEST_WAIT_SECONDS = 60.0

Scalar = Union[str, int, float, bool, None, date, datetime]
Param = Union[Scalar, Sequence[Scalar]]
T = TypeVar("T")


class FishboneError(Exception):
    """What the server refused (RFC 9457), or why there is no answer.

    `status` is 0 where no answer came; `code` is stable and for programs; `pointers` are JSON pointers to wrong fields.
    """

    def __init__(self, detail: str, *, status: int = 0, code: str = "", hint: str = "", pointers: Sequence[str] = ()):
        super().__init__(f"{detail} ({hint})" if hint else detail)
        self.detail, self.status, self.code, self.hint, self.pointers = detail, status, code, hint, tuple(pointers)


@dataclass(frozen=True)
class Rows:
    """Rows as of one position. Anything that takes Arrow (polars, DuckDB) takes this as it is.

    `truncated`: there are more rows than the `limit` that was asked for. `next`: the cursor of the next page.
    """

    table: pa.Table
    as_of: int
    truncated: bool = False
    next: str | None = None

    @overload
    def to(self, kind: Literal["arrow"]) -> pa.Table: ...
    @overload
    def to(self, kind: Literal["polars"]) -> polars.DataFrame: ...
    @overload
    def to(self, kind: Literal["pandas"]) -> pandas.DataFrame: ...
    def to(self, kind: Literal["arrow", "polars", "pandas"]) -> Any:
        """The same rows as a pyarrow Table, a polars or a pandas DataFrame (there in types of Arrow: integers with
        missing values stay integers). Raises ImportError where that package is not installed."""
        if kind == "arrow":
            return self.table
        if kind == "polars":
            import polars

            return polars.from_arrow(self.table)
        if kind == "pandas":
            import pandas

            return self.table.to_pandas(types_mapper=pandas.ArrowDtype)
        raise ValueError(f'to("{kind}"): say "arrow", "polars" or "pandas"')

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


@dataclass(frozen=True)
class Screened(Rows):
    """Findings, ranked, one row each; `raw` is the whole answer: population, question, what was not tested."""

    raw: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Traced(Rows):
    """The history of one part, lot or work order, one row an event; `raw` is the whole answer.

    `relatives`: what it was made from (direction backward), what it went into (forward), and its siblings (sibling).
    """

    relatives: Rows | None = None
    raw: Mapping[str, Any] | None = None


class _StaysHere(urllib.request.HTTPRedirectHandler):
    """A key is for one server: nobody sends it elsewhere."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> None:
        raise FishboneError(f"{req.full_url} points to {newurl}", status=code, hint="give that address, if it is right")


class Fishbone:
    """A server to ask. `as_of` holds for every question that names none: the same position gives the same answers."""

    def __init__(
        self,
        url: str | None = None,
        *,
        token: str | None = None,
        token_file: str | os.PathLike[str] | None = None,
        as_of: int | None = None,
        attempts: int = 6, timeout_seconds: float = 600, ssl_context: ssl.SSLContext | None = None,
    ):
        if attempts < 1:
            raise ValueError(f"attempts is {attempts}: ask once at least")
        self.url = (url or os.environ.get("FISHBONE_URL") or "http://127.0.0.1:4800").rstrip("/")
        if not self.url.startswith(("http://", "https://")):
            raise ValueError(f"{self.url} is no address: write http://HOST:PORT")
        self.as_of = as_of
        self._attempts = attempts
        self._timeout = timeout_seconds
        self._token = token or _token_of(token_file)
        handlers: list[urllib.request.BaseHandler] = [_StaysHere()]
        if ssl_context:
            handlers.append(urllib.request.HTTPSHandler(context=ssl_context))
        self._opener = urllib.request.build_opener(*handlers)

    def __repr__(self) -> str:
        return f"Fishbone({self.url!r}, as_of={self.as_of})"

    def at(self, as_of: int) -> Fishbone:
        """The same server, every question as things stood after this batch."""
        other = object.__new__(Fishbone)
        other.__dict__.update(self.__dict__, as_of=as_of)
        return other

    def position(self) -> int:
        """The newest position: `fb = fb.at(fb.position())` freezes what a notebook sees."""
        return int(self.get("plant")["asOf"])

    def sql(
        self,
        query: str, params: Mapping[str, Param] | None = None,
        *, limit: int | None = None, as_of: int | None = None, fresh: bool = False,
    ) -> Rows:
        """One SELECT over the canonical tables; `$name` in it stands for `params["name"]`. `fresh` waits for a copy of the
        data as they are now. Raises FishboneError where the answer was cut by anything but your own `limit`."""
        body = {"sql": query, "limit": SQL_ROWS_MAX if limit is None else limit, "asOf": self._at(as_of), "fresh": fresh or None}
        if params:
            body["params"] = {name: _plain(name, value) for name, value in params.items()}
        rows = self._rows("query", body=body)
        if rows.truncated and (limit is None or len(rows) < limit):
            said = f"the answer is longer than {len(rows)} rows and was cut"
            raise FishboneError(said, code="TRUNCATED", hint="count or group in SQL, or take whole tables with table()")
        return rows

    def table(
        self,
        name: str, columns: Sequence[str] | None = None,
        *, limit: int | None = None, as_of: int | None = None, cursor: str | None = None,
        form: Literal["arrows", "parquet"] = "arrows",
    ) -> Rows:
        """The current rows of a canonical table, or of the wide view of a step (`step_bore`), all of them unless limited,
        in the order of their natural keys: as an Arrow stream, or as Parquet, which is smaller on a slow network."""
        # A cursor bears the position of its first page.
        position = None if cursor else self._at(as_of)
        asked = {"columns": columns, "limit": limit, "asOf": position, "cursor": cursor}
        return self._rows(f"tables/{_quoted(name)}.{form}", asked)

    def pages(
        self, name: str, columns: Sequence[str] | None = None, *, rows: int = 250_000, as_of: int | None = None
    ) -> Iterator[Rows]:
        """The same table, so many rows at a time, all pages as of the position of the first."""
        cursor: str | None = None
        while True:
            page = self.table(name, columns, limit=rows, as_of=as_of, cursor=cursor)
            yield page
            cursor = page.next
            if cursor is None:
                return

    def screen(self, *, as_of: int | None = None, **question: Any) -> Screened:
        """What could be the cause: `defect="scratch"`, `anyFail=True` or `measurement="bore.torque"`; also product, where,
        strata, cluster, given, against, top, as `POST /v1/screen` and `fishbone screen --help` tell them."""
        raw = self._json("screen", body={"asOf": self._at(as_of), **question})
        rows = [_finding(finding) for finding in raw["findings"]]
        return Screened(pa.Table.from_pylist(rows, schema=FINDINGS), int(raw["asOf"]), raw=raw)

    def trace(
        self,
        id: str, *, kind: Literal["part", "lot", "work_order", "any"] = "any",
        forward: bool | None = None, backward: bool | None = None, as_of: int | None = None,
    ) -> Traced:
        """Where a part, a lot or a work order came from, what happened to it, and what it went into."""
        asked = {"forward": forward, "backward": backward, "asOf": self._at(as_of)}
        raw = self._json(f"trace/{kind}/{_quoted(id)}", asked)
        position = int(raw["asOf"])
        related = [{"direction": way, **row} for way in ("backward", "forward") for row in raw[way]]
        related += [{"direction": "sibling", **row} for row in raw["siblings"]]
        relatives = Rows(pa.Table.from_pylist(related, schema=RELATIVES), position, any(raw["truncated"].values()))
        history = pa.Table.from_pylist(raw["history"], schema=HISTORY)
        at = history.column("at").cast(pa.timestamp("us", "UTC"))
        return Traced(history.set_column(0, "at", at), position, relatives=relatives, raw=raw)

    def get(self, path: str, **question: Any) -> dict[str, Any]:
        """Any other question that the API answers in JSON: `get("pareto", by="product")`. Names are those of the API."""
        answer: dict[str, Any] = self._json(path, question)
        return answer

    def _at(self, as_of: int | None) -> int | None:
        return self.as_of if as_of is None else as_of

    def _json(self, path: str, asked: Mapping[str, Any] | None = None, body: Any = None) -> Any:
        return self._asked(path, asked, body, "application/json", json.load)

    def _rows(self, path: str, asked: Mapping[str, Any] | None = None, body: Any = None) -> Rows:
        def read(response: http.client.HTTPResponse) -> Rows:
            if response.headers.get_content_type() == ARROW_STREAM:
                with pa.ipc.open_stream(response) as stream:
                    table = stream.read_all()
                # What is behind the end of the stream tells that the answer is whole.
                response.read()
            else:
                table = pyarrow.parquet.read_table(pa.py_buffer(response.read()))
            head = response.headers
            if head["fishbone-rows"] is not None and int(head["fishbone-rows"]) != table.num_rows:
                raise http.client.IncompleteRead(b"")
            truncated = head["fishbone-truncated"] == "true"
            return Rows(table, int(head["fishbone-as-of"]), truncated, head["fishbone-next"])

        return self._asked(path, asked, body, ARROW_STREAM, read)

    def _asked(
        self,
        path: str, asked: Mapping[str, Any] | None, body: Any, accept: str, read: Callable[[http.client.HTTPResponse], T]
    ) -> T:
        """Asks, and asks again where that can help: every question here only reads, so twice is as good as once."""
        query = urllib.parse.urlencode([(k, _text(v)) for k, v in (asked or {}).items() if v is not None])
        url = f"{self.url}/v1/{path}{'?' + query if query else ''}"
        headers = {"accept": accept, "user-agent": "fishbone-python"}
        data = None
        if body is not None:
            data = json.dumps({k: v for k, v in body.items() if v is not None}).encode()
            headers["content-type"] = "application/json"
        if self._token:
            headers["authorization"] = f"Bearer {self._token}"
        for attempt in range(1, self._attempts + 1):
            is_last = attempt == self._attempts
            wait = min(LONGEST_WAIT_SECONDS, 0.25 * 2**attempt) * random.uniform(0.5, 1)
            try:
                request = urllib.request.Request(url, data, headers)
                with self._opener.open(request, timeout=self._timeout) as response:
                    return read(response)
            except urllib.error.HTTPError as error:
                with error:
                    refused = _refused(error, url)
                    told = _retry_after(error.headers.get("retry-after"))
                if error.code not in LATER or is_last or (told or 0) > LONGEST_WAIT_SECONDS:
                    raise refused from None
                wait = wait if told is None else told
            except (OSError, http.client.HTTPException, pa.ArrowInvalid) as error:
                reason = getattr(error, "reason", error)
                if is_last or isinstance(reason, ssl.SSLError):
                    said = f"no whole answer from {url}: {reason or type(error).__name__}"
                    raise FishboneError(said, hint="does the server run? Its address is FISHBONE_URL") from error
            time.sleep(wait)
        raise AssertionError("the last attempt returns or raises")


def _token_of(token_file: str | os.PathLike[str] | None) -> str | None:
    if token_file is None:
        if os.environ.get("FISHBONE_TOKEN"):
            return os.environ["FISHBONE_TOKEN"].strip()
        token_file = os.environ.get("FISHBONE_TOKEN_FILE")
    if not token_file:
        return None
    with open(token_file, encoding="utf-8") as file:
        token = file.readline().strip()
    if not token:
        raise ValueError(f"{os.fspath(token_file)}: its first line is empty, where a key should be")
    return token


def _refused(error: urllib.error.HTTPError, url: str) -> FishboneError:
    try:
        problem = json.load(error)
        pointers = [str(wrong["pointer"]) for wrong in problem.get("errors", [])]
        told = {name: problem.get(name, "") for name in ("code", "hint")}
        return FishboneError(problem["detail"], status=error.code, pointers=pointers, **told)
    except (ValueError, KeyError, TypeError, AttributeError, OSError, http.client.HTTPException):
        # Somebody between answered, or it broke off.
        return FishboneError(f"{url} answered {error.code} {error.reason}", status=error.code)


def _retry_after(text: str | None) -> float | None:
    """Seconds, or an HTTP date (RFC 9110, 10.2.3); None where it says neither."""
    if text is None:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _quoted(id: str) -> str:
    return urllib.parse.quote(id, safe="")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        if any("," in str(item) for item in value):
            raise ValueError(f"{value}: a name with a comma cannot be in a list; leave the list out to get all")
        return ",".join(map(str, value))
    return str(value)


def _plain(name: str, value: Param) -> Any:
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(name, item) for item in value]
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"params: {name} is {value}, a time without a zone: give it one with tzinfo=")
    return value.isoformat() if isinstance(value, date) else value


_TEXT, _COUNT, _NUMBER = pa.string(), pa.int64(), pa.float64()
FINDINGS = pa.schema(
    {
        **{"rank": _COUNT, "factor": _TEXT, "level": _TEXT, "threshold_op": _TEXT, "threshold": _NUMBER},
        **{"step": _TEXT, "branch": _TEXT, "kind": _TEXT, "verdict": _TEXT},
        **{"measure": _TEXT, "effect": _NUMBER, "low": _NUMBER, "high": _NUMBER, "auc": _NUMBER},
        **{"parts": _COUNT, "defective": _COUNT, "lots": _COUNT, "p": _NUMBER, "q": _NUMBER},
        **{"sentence": _TEXT, "where": _TEXT, "id": _TEXT},
    }
)
HISTORY = pa.schema([(name, _TEXT) for name in ("at", "what", "step", "station", "text")])
RELATIVES = pa.schema(
    [("direction", _TEXT), ("kind", _TEXT), ("id", _TEXT), ("depth", _COUNT), ("detail", _TEXT)]
    + [("through", pa.struct([("kind", _TEXT), ("id", _TEXT)]))]
)


def _finding(finding: Mapping[str, Any]) -> dict[str, Any]:
    threshold, effect = finding["threshold"] or {}, finding["effect"]
    named = {"threshold_op": threshold.get("op"), "threshold": threshold.get("value"), "effect": effect["value"]}
    return {**finding, **named, **{name: effect[name] for name in ("measure", "low", "high")}}


def connect(url: str | None = None, **how: Any) -> Fishbone:
    """A server to ask; `how` is what `Fishbone` takes: token, token_file, as_of, attempts, timeout_seconds, ssl_context."""
    return Fishbone(url, **how)


# The same of the server that the environment names.
def sql(query: str, params: Mapping[str, Param] | None = None, **how: Any) -> Rows:
    return connect().sql(query, params, **how)


def table(name: str, columns: Sequence[str] | None = None, **how: Any) -> Rows:
    return connect().table(name, columns, **how)


def screen(**question: Any) -> Screened:
    return connect().screen(**question)


def trace(id: str, **how: Any) -> Traced:
    return connect().trace(id, **how)
