import gzip

from .harness import REGION, MendTest, eventually


class Firehose(MendTest):
    def setUp(self):
        super().setUp()
        self.firehose, self.s3 = self.client("firehose"), self.client("s3")
        self.role_arn, self.lake, self.raw = self.role("firehose"), self.bucket("lake"), self.bucket("raw")
        self.table(self.lake)

    def create(self):
        """A delivery stream with every member that the reads of the emulator leave out."""
        conversion = {
            "SchemaConfiguration": {
                "RoleARN": self.role_arn, "DatabaseName": "lake", "TableName": "events", "Region": REGION,
            },
            "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
            "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}},
        }
        self.backup = {
            "RoleARN": self.role_arn,
            "BucketARN": f"arn:aws:s3:::{self.raw}",
            "Prefix": "raw/!{timestamp:yyyy}/",
            "ErrorOutputPrefix": "raw-errors/",
            "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 300},
            "CompressionFormat": "GZIP",
            "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
            "CloudWatchLoggingOptions": {"Enabled": False},
        }
        self.firehose.create_delivery_stream(
            DeliveryStreamName="d",
            ExtendedS3DestinationConfiguration={
                "RoleARN": self.role_arn,
                "BucketARN": f"arn:aws:s3:::{self.lake}",
                "Prefix": "data/year=!{timestamp:yyyy}/month=!{timestamp:MM}/",
                "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
                "CustomTimeZone": "Europe/Dublin",
                "FileExtension": ".parquet",
                "S3BackupMode": "Enabled",
                "S3BackupConfiguration": self.backup,
                "DataFormatConversionConfiguration": conversion,
            },
        )

    def description(self):
        return self.firehose.describe_delivery_stream(DeliveryStreamName="d")["DeliveryStreamDescription"]

    def destination(self):
        return self.description()["Destinations"][0]["ExtendedS3DestinationDescription"]

    def status(self):
        return self.description()["DeliveryStreamStatus"]

    def active(self):
        eventually(self.status, lambda status: status == "ACTIVE")

    def update(self, **changes):
        seen = self.description()
        self.firehose.update_destination(
            DeliveryStreamName="d",
            CurrentDeliveryStreamVersionId=seen["VersionId"],
            DestinationId=seen["Destinations"][0]["DestinationId"],
            ExtendedS3DestinationUpdate=changes,
        )

    def objects(self, bucket):
        return [each["Key"] for each in self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]

    def test_a_new_delivery_stream_is_creating_and_then_active(self):
        self.create()
        self.assertEqual(self.status(), "CREATING")
        self.refused("ResourceInUseException", self.firehose.delete_delivery_stream, DeliveryStreamName="d")
        self.refused("ResourceInUseException", self.update, FileExtension=".x")
        self.active()

    def test_a_deleted_delivery_stream_is_deleting_before_it_is_gone(self):
        self.create()
        self.active()
        self.firehose.delete_delivery_stream(DeliveryStreamName="d")
        self.assertEqual(self.status(), "DELETING")
        names = lambda: self.firehose.list_delivery_streams()["DeliveryStreamNames"]
        eventually(names, lambda seen: seen == [])

    def test_reads_show_the_backup(self):
        self.create()
        self.assertEqual(self.destination()["S3BackupDescription"], self.backup)

    def test_reads_show_time_zone_and_extension(self):
        self.create()
        seen = self.destination()
        self.assertEqual((seen["CustomTimeZone"], seen["FileExtension"]), ("Europe/Dublin", ".parquet"))

    def test_an_update_of_the_backup_keeps_what_it_leaves_out(self):
        self.create()
        self.active()
        self.update(S3BackupUpdate={"Prefix": "other/"})
        self.assertEqual(self.destination()["S3BackupDescription"], {**self.backup, "Prefix": "other/"})

    def test_an_update_of_the_conversion_keeps_what_it_leaves_out(self):
        self.create()
        self.active()
        before = self.destination()["DataFormatConversionConfiguration"]
        self.update(DataFormatConversionConfiguration={"Enabled": False})
        self.assertEqual(self.destination()["DataFormatConversionConfiguration"], {**before, "Enabled": False})

    def test_backup_stays_on_once_it_is_on(self):
        self.create()
        self.active()
        self.refused("InvalidArgumentException", self.update, S3BackupMode="Disabled")

    def test_the_raw_record_is_written_as_it_came_beside_its_conversion(self):
        self.create()
        self.active()
        record = b'{"event": "hello"}\n'
        self.firehose.put_record(DeliveryStreamName="d", Record={"Data": record})
        (key,) = eventually(lambda: self.objects(self.raw))
        self.assertRegex(key, r"^raw/20\d\d/d-1-.*\.gz$")
        self.assertEqual(gzip.decompress(self.s3.get_object(Bucket=self.raw, Key=key)["Body"].read()), record)
        (converted,) = eventually(lambda: self.objects(self.lake))
        self.assertRegex(converted, r"^data/year=20\d\d/month=\d\d/.*\.parquet$")

    def test_the_raw_record_is_written_also_when_its_conversion_fails(self):
        self.create()
        self.active()
        self.firehose.put_record(DeliveryStreamName="d", Record={"Data": b"no json"})
        eventually(lambda: self.objects(self.raw))
        (failed,) = eventually(lambda: self.objects(self.lake))
        self.assertRegex(failed, r"^errors/format-conversion-failed/")
