"""A checkpointer that writes less than torchtune's, and may write beside the weights."""

from torchtune.training import FullModelHFCheckpointer


class Saver(FullModelHFCheckpointer):
    def __init__(self, checkpoint_dir, output_dir, keep=1, **kwargs):
        self.keep = keep
        super().__init__(checkpoint_dir=checkpoint_dir, output_dir=output_dir, **kwargs)
