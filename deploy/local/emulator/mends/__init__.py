"""What the emulator loses, skips or does at once where AWS takes its time. Importing a module applies it."""

from . import athena, firehose, glue_catalog, glue_crawler, iam, kinesis, kms, lambda_function, s3  # noqa: F401
