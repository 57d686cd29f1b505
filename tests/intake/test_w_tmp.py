import gzip, pytest
from tests.intake.test_weight import *
@pytest.mark.parametrize("path", ["/", "/help/", "/tell/", "/en/tell/", "/warn/", "/ask/"])
def test_w(whole_country, client, path):
    h=client.get(path).content; open("/tmp/tpl-out/w.txt","a").write(f"{path} {len(h)} {len(gzip.compress(h))} {weight(h.decode())}\n")
    open("/tmp/tpl-out/w"+path.replace("/","_")+".html","wb").write(h)
