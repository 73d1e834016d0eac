from torchtune import config


def make_parts(cfg):
    tokenizer = config.instantiate(cfg.tokenizer)
    model = config.instantiate(cfg.model)
    made = {"tokenizer": tokenizer, "model": model}
    made["data"] = config.instantiate(cfg.dataset, tokenizer)
    made["optimizer"] = config.instantiate(cfg.optimizer, model.parameters())
    made["schedule"] = config.instantiate(cfg.lr_scheduler, made["optimizer"], num_training_steps=9)
    made["loss"] = config.instantiate(cfg.loss)
    made["checkpointer"] = config.instantiate(cfg.checkpointer, resume_from_checkpoint=False)
    made["logger"] = config.instantiate(cfg.metric_logger)
    made["rest"] = (
        cfg.device,
        cfg.dtype,
        cfg.output_dir,
        cfg.compile,
        cfg.max_steps_per_epoch,
        cfg.resume_from_checkpoint,
        cfg.log_every_n_steps,
        cfg.enable_activation_checkpointing,
    )
    return made
