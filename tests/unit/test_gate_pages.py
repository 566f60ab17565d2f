"""Great Expectations' page without the internet."""

from credit_grading.gate.gx_pages import localised

STOCK = """<html><head><link rel="stylesheet" href="https://example.org/a.css"></head><body>
<nav><img src="https://example.org/logo.png"></nav>
<div id="section-1"><script src="https://example.org/a.js"></script><style>.x{}</style>
<h5>
    Overview
</h5><span>Status:</span> <i class="fas fa-times text-danger" ></i>
<a href="../../index.html">candidate.grade</a> <a href="#section-2" onclick="go()">次节</a>
<img src="https://example.org/pixel.png"> 得分 &lt; 0
<strong>2 unexpected values found. 10% of 20 total rows.</strong></div>
<footer><a href="https://example.org/newsletter">Subscribe</a></footer></body></html>"""


def test_nothing_of_the_internet_is_left():
    page = localised(STOCK)
    assert "http" not in page
    assert not any(tag in page for tag in ("<script", "<style", "<img", "<link", "onclick", "<footer"))


def test_content_stays_with_chinese_labels():
    page = localised(STOCK)
    assert "概况" in page
    assert "✘" in page
    assert "candidate.grade" in page
    assert '<a href="#section-2">次节</a>' in page
    assert "得分 &lt; 0" in page
    assert "20 行中发现 2 行不符（10%）。" in page
