class ShardedCheckpointer:
    def __init__(
        self,
        checkpoint_dir,
        checkpoint_files,
        model_type,
        output_dir,
        recipe_checkpoint=None,
        **kwargs,
    ):
        pass

    def load_checkpoint(self):
        return {}

    def save_checkpoint(self, state_dict, epoch, intermediate_checkpoint=False, adapter_only=False):
        pass
