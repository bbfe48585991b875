"""Formulas in texts: mathematics becomes MathML, money stays money, and nothing hostile gets through."""

import time

import pytest

from bina.foundation.formulas import LONGEST, MOST_IN_A_TEXT, FormulaError, formula_markup
from bina.foundation.rich_text import plain_text, render_markdown, words_with_formulas


def test_a_formula_in_a_line_and_one_on_its_own() -> None:
    html = render_markdown("Luasnya $\\frac{a^2}{b}$.\n\n$$\n\\sum_{i=1}^{n} x_i\n= 10\n$$\n\nLanjut.")
    assert '<math display="inline" alttext="\\frac{a^2}{b}">' in html
    assert "<mfrac>" in html
    assert '<span class="formula" tabindex="0"><math display="block"' in html
    assert html.count("<math") == html.count("</math>") == 2
    assert "<p>Lanjut.</p>" in html


@pytest.mark.parametrize(
    "words",
    [
        "Harganya Rp 5.000 dan $5.", "Dari $5 menjadi $7, lalu $9.", "US$5 dan US$6", "($5/$6) dan $5-$6", "$ 5 dan 6 $",
        "Tiket $5, kopi dan roti 3$.", "`$x$`", "\\$x$", "=SUM($A$1:$A$5)", "kolom $A1 dan $B1", "$", "$$", "$$$$", "$5",
        "$5 untuk dua orang, atau 8$",
    ],
)  # fmt: skip
def test_money_and_cells_are_no_formulas(words: str) -> None:
    assert "<math" not in render_markdown(words)
    assert "$" in render_markdown(words)


def test_what_follows_a_price_may_be_a_formula() -> None:
    html = render_markdown("Bayar $5 untuk $x^2$ lembar.")
    assert "Bayar $5 untuk <math" in html


def test_a_comma_in_braces_is_an_indonesian_decimal() -> None:
    assert "<mn>3,14</mn>" in formula_markup("3{,}14 r^2")
    assert "<mn>1</mn><mo>,</mo><mn>2</mn>" in formula_markup("(1,2)")


def test_a_percent_sign_hides_nothing() -> None:
    assert "<mn>5</mn>" in formula_markup("10% + 5%")


@pytest.mark.parametrize(
    "hostile",
    [
        "\\text{<script>alert(1)</script>}", "\\text{<img src=x onerror=alert(1)>}", "\\mbox{</math><svg onload=alert(1)>}",
        "\\operatorname{&lt;script&gt;}", "a<b>c", "\\tag{\"onclick=alert(1)}", "\\text{&#60;script&#62;}",
    ],
)  # fmt: skip
def test_nothing_active_comes_out_of_a_formula(hostile: str) -> None:
    html = render_markdown(f"$${hostile}$$")
    for bad in ("<script", "<img", "<svg", "<b>"):
        assert bad not in html


@pytest.mark.parametrize(
    "banned",
    ["\\href{javascript:alert(1)}{x}", "\\style{color:red}{x}", "\\class{btn}{x}", "\\newcommand{\\a}{\\a\\a}\\a",
     "\\def\\a{\\a\\a}\\a", "\\color{red} x", "\\unicode{x3c}"],
)  # fmt: skip
def test_commands_that_define_link_or_style_are_refused_by_name(banned: str) -> None:
    with pytest.raises(FormulaError, match="tidak dapat dipakai"):
        formula_markup(banned)
    assert "<math" not in render_markdown(f"$${banned}$$")


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ("x_", "terpotong"), ("\\foo + 1", "tidak dikenal"), ("\\frac{1}", "belum lengkap"), ("{x", "berpasangan"),
        ("\\left( x", "berpasangan"), ("x^2^3", "kurung kurawal"), ("x" * (LONGEST + 1), "batasnya"),
        ("{" * 40 + "x" + "}" * 40, "bersusun"), ("\\sqrt" * 190 + "x", "bersusun"), (" ", "kosong"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_the_page_shows_what_was_typed(broken: str, why: str) -> None:
    with pytest.raises(FormulaError, match=why):
        formula_markup(broken)
    if broken.strip() and len(broken) < LONGEST:
        html = render_markdown(f"Sebelum $${broken}$$ sesudah")
        assert "<math" not in html
        assert broken.replace("<", "&lt;") in html


def test_no_length_is_wider_than_a_page() -> None:
    assert "99999" not in formula_markup("a \\hspace{99999em} b").replace('alttext="a \\hspace{99999em} b"', "")


def test_a_hostile_text_takes_bounded_time() -> None:
    began = time.monotonic()
    cells = "a&" * 150
    html = render_markdown("\n\n".join(f"$$\\begin{{matrix}}{cells}{n}\\end{{matrix}}$$" for n in range(220)))
    render_markdown("$a " * 5_000)
    render_markdown("$" * 10_000)
    render_markdown("$$\na\n" * 1_500)
    assert time.monotonic() - began < 10
    assert html.count("<math") == MOST_IN_A_TEXT


def test_plain_words_hold_formulas_and_nothing_else() -> None:
    html = words_with_formulas("a <b> **tebal** $x^2$ harga $5")
    assert html.startswith("a &lt;b&gt; **tebal** <math")
    assert html.endswith("harga $5")
    assert 'aria-label="x^2"' in html, "the name of a field is plain text"
    assert "aria-label" not in render_markdown("$x^2$"), "in a text a screen reader reads the formula itself"
    assert words_with_formulas("Rp 5.000 & <i>") == "Rp 5.000 &amp; &lt;i&gt;"


def test_a_long_formula_scrolls_in_its_own_frame() -> None:
    assert 'class="formula-long" tabindex="0"' in render_markdown(f"Nilai ${'a+' * 40}b$ itu")


def test_the_words_of_a_text_keep_their_numbers() -> None:
    assert plain_text("Jadi $12$ lembar, **harga** $5") == "Jadi 12 lembar, harga $5"
