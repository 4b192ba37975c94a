"""The cache with room must hold what transformers' own holds."""

from typing import cast

import torch
from transformers.cache_utils import DynamicLayer

from sightline.agent.models.room import RoomyLayer


def test_it_holds_what_the_usual_layer_holds() -> None:
    roomy, usual = RoomyLayer(), cast(RoomyLayer, DynamicLayer())
    for tokens, dropped in ((5, 0), (1, 3), (600, 0), (1, 602), (2, 0), (1, 7), (3, 0)):
        added = torch.randn(1, 2, tokens, 4), torch.randn(1, 2, tokens, 4)
        for one, other in zip(roomy.update(*added), usual.update(*added), strict=True):
            assert torch.equal(one, other)
        roomy.crop(-dropped)
        usual.crop(-dropped)
        assert roomy.get_seq_length() == usual.get_seq_length()


def test_a_token_is_written_beside_those_before_it() -> None:
    layer = RoomyLayer()
    for tokens in (8, 1):
        layer.update(torch.randn(1, 2, tokens, 4), torch.randn(1, 2, tokens, 4))
    before = layer.keys
    after, _ = layer.update(torch.randn(1, 2, 1, 4), torch.randn(1, 2, 1, 4))
    assert before is not None
    assert after.data_ptr() == before.data_ptr()
