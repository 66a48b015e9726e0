"""--xpath of virsh: expressions and what they select, as the distribution's virsh 9.0 answers them."""

from __future__ import annotations

import pytest

from purevirt.cli.virsh.xpath import select_text
from purevirt.errors import ErrorCode, VirtError

XML = """<domain type='test' id='1'>
  <name>a&lt;b</name>
  <memory unit='KiB'>2048</memory>
  <os>
    <type arch='i686'>hvm</type>
    <boot dev='hd'/>
  </os>
  <!-- note -->
  <devices>
    <disk type='file'><source file='/x'/><target dev='vda'/></disk>
    <interface type='network'>
      <source network='default'/>
      <target dev='vnet0'/>
    </interface>
  </devices>
</domain>
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("//name", "<name>a&lt;b</name>\n"),
        ("//name/text()", "a&lt;b\n"),
        ("os/type/@arch", ' arch="i686"\n'),
        ("//os", '<os>\n  <type arch="i686">hvm</type>\n  <boot dev="hd"/>\n</os>\n'),
        ("//disk", '<disk type="file">\n  <source file="/x"/>\n  <target dev="vda"/>\n</disk>\n'),
        ("//boot | //name", '<name>a&lt;b</name>\n<boot dev="hd"/>\n'),
        ("//comment()", "<!-- note -->\n"),
        ("//target[2]", ""),
        ("(//target)[2]", '<target dev="vnet0"/>\n'),
        ("//target[last()]/@dev", ' dev="vda"\n dev="vnet0"\n'),
        ("devices/*[@type='network']/source/@network", ' network="default"\n'),
        ("//target[starts-with(@dev, 'vn') or contains(@dev, 'zz')]", '<target dev="vnet0"/>\n'),
        ("//memory[. div 2 = 1024 and . mod 3 = 2]/@unit", ' unit="KiB"\n'),
        ("//boot/preceding-sibling::*/@*", ' arch="i686"\n'),
        ("//boot/ancestor::*[1]/type/text()", "hvm\n"),
        ("//source[not(@file)]/../@type", ' type="network"\n'),
        ("//*[count(*) = 2 and self::disk]/target/@dev", ' dev="vda"\n'),
        ("//name[translate(substring(., 1, 1), 'a', 'z') = 'z']/text()", "a&lt;b\n"),
        ("//nothing", ""),
        ("domain", ""),  # the context is the root element
    ],
)
def test_selection(expression: str, expected: str) -> None:
    assert select_text(XML, expression, wrap=False) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("//boot|//name", '<nodes><name>a&lt;b</name><boot dev="hd"/></nodes>\n'.replace("<nodes><", "<nodes>\n  <")
         .replace("><boot", ">\n  <boot").replace("/></n", "/>\n</n")),
        ("//name/text()", "<nodes>a&lt;b</nodes>\n"),
        ("//target/@dev", '<nodes dev="vnet0"/>\n'),
        ("//nothing", "<nodes/>\n"),
    ],
)  # fmt: skip
def test_wrapped(expression: str, expected: str) -> None:
    assert select_text(XML, expression, wrap=True) == expected


@pytest.mark.parametrize("expression", ["count(//*)", "string(//name)", "true()", "1 + 1", "'text'"])
def test_a_value_that_is_no_node_set(expression: str) -> None:
    with pytest.raises(VirtError) as caught:
        select_text(XML, expression, wrap=False)
    assert caught.value.code == ErrorCode.INTERNAL_ERROR
    assert caught.value.message == f"internal error: Incorrect xpath '{expression}'"


@pytest.mark.parametrize("expression", ["//[", "", "a b", "foo(", "]", "//x[1", "nofunc()", "$x", "//p:a", "1/x", "not()"])
def test_what_cannot_be_evaluated_selects_nothing(expression: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert select_text(XML, expression, wrap=False) == ""
    assert capsys.readouterr().err.startswith("XPath error : ")
