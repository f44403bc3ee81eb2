"""Low-rank adapters beside the linear layers of a frozen network."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from xdrec_app.core.errors import UserError
from xdrec_app.models.lora import inject


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.other = nn.Linear(6, 5), nn.Linear(5, 3)

    def forward(self, x):
        return self.other(self.query(x))


@pytest.fixture
def net():
    torch.manual_seed(0)
    return Net()


X = torch.linspace(-1, 1, 24).view(4, 6)


def trained(net):
    adapted = inject(net, ["query"], rank=2, alpha=4.0, dropout=0.5)
    with torch.no_grad():
        adapted[0].adapter.up.normal_()
    return adapted[0]


def test_nothing_changes_before_the_first_step(net):
    before = net(X)
    inject(net, ["query"], rank=2, alpha=4.0, dropout=0.5)
    torch.testing.assert_close(net(X), before, rtol=0, atol=0)


def test_only_the_adapters_of_the_named_layers_can_be_trained(net):
    inject(net, ["query"], rank=2, alpha=4.0, dropout=0.0)
    assert [name for name, weight in net.named_parameters() if weight.requires_grad] == [
        "query.adapter.down",
        "query.adapter.up",
    ]


def test_the_answer_is_that_of_the_paper(net):
    layer = trained(net).eval()
    weight = layer.layer.weight + 4.0 / 2 * layer.adapter.up @ layer.adapter.down
    torch.testing.assert_close(layer(X), X @ weight.T + layer.layer.bias)


def test_merged_and_taken_out_again_the_answers_are_the_same(net):
    layer = trained(net).eval()
    apart, weight = net(X), layer.layer.weight.clone()
    layer.merge()
    layer.merge()
    torch.testing.assert_close(net(X), apart)
    assert not torch.allclose(layer.layer.weight, weight)
    layer.unmerge()
    layer.unmerge()
    torch.testing.assert_close(layer.layer.weight, weight)
    torch.testing.assert_close(net(X), apart)


def test_a_network_without_such_layers_is_refused_in_words(net):
    with pytest.raises(UserError, match="attention"):
        inject(net, ["attention"], rank=2, alpha=4.0, dropout=0.0)
