def test_create_prints_the_id(kie, images):
    run = kie("create -i jar.png -i logo.png -p hat")
    assert run.code == 0
    assert run.lines == [f"{0xA1:032x}"]
