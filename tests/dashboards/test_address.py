"""A view and its address say the same, whatever stands in an address."""

from urllib.parse import parse_qsl, urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.address import CLAUSES, LONGEST_VALUE, View, view_of
from dashboards.timeline import DEFAULT

TEXT = st.text(max_size=40).map(lambda text: "".join(c for c in text if c.isprintable()))
EDITS = st.dictionaries(st.sampled_from(CLAUSES), TEXT, max_size=4).map(
    lambda edits: tuple(sorted(edits.items()))
)
VIEWS = st.builds(
    View, a=TEXT, b=TEXT, edits_a=EDITS, edits_b=EDITS, years=TEXT, seed=TEXT, area=TEXT,
    raids=st.lists(TEXT, max_size=3).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(VIEWS)
def test_a_view_comes_back_from_its_address(view):
    assert view_of(view.query()) == view


def test_a_view_of_defaults_has_an_empty_address():
    assert View().query() == ""
    assert DEFAULT.query(DEFAULT) == ""
    assert view_of("", DEFAULT) == DEFAULT


def test_a_choice_of_a_page_can_be_taken_back():
    none = DEFAULT.but(moved=())
    assert view_of(none.query(DEFAULT), DEFAULT) == none


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_no_address_breaks_the_page(query):
    view = view_of(query)
    assert view_of(view.query()) == view


def test_what_is_too_long_unknown_or_unprintable_is_cut():
    view = view_of(urlencode({"a": "x" * 5_000, "b": "one\x00two\n", "colour": "red",
                              "a.colour": "red", "a.conduct": "prohibited"}))
    assert view.a == "x" * LONGEST_VALUE
    assert view.b == "onetwo"
    assert view.edits_a == (("conduct", "prohibited"),)
    many = view_of("&".join(f"raid={number}" for number in range(500)))
    assert len(many.raids) <= 60
    assert dict(parse_qsl(view.query()))["a.conduct"] == "prohibited"
