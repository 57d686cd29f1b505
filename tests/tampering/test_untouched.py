"""An untouched copy raises no alarm anywhere: what finds tampering finds nothing where there is none."""

import pytest

from tests.cast import code_number
from tests.log.conftest import RunningWitness
from tests.tampering.conftest import LONG, LONG_NUMBER, PARTS
from tests.tampering.demo_copy import CODES, DemoCopy, warns

pytestmark = pytest.mark.slow


def test_an_untouched_copy_raises_no_alarm(demo: DemoCopy, witness: RunningWitness) -> None:
    for name in ("Nến 1", "Ong 31", "Suối 64"):
        her, desk = demo.her(CODES[name]), demo.desk(name)
        assert not warns(her.home)
        assert not warns(her.data)
        assert not desk.warns
        assert len(desk.words) > 2
    assert "".join(PARTS) == "".join(demo.desk(LONG).words)
    assert not warns(demo.her(code_number(LONG_NUMBER)).data)
    assert demo.log_verify() == ""
    assert demo.audit(demo.kept) == ""
    assert demo.sign() == {"w1.example/witness": ""}
    assert demo.log_verify() == ""
