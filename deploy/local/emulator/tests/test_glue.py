from .harness import MendTest, eventually


class Crawler(MendTest):
    def setUp(self):
        super().setUp()
        self.glue, self.s3, self.lake = self.client("glue"), self.client("s3"), self.bucket("lake")
        self.table(self.lake)
        self.role_arn = self.role("glue")

    def create(self, **arguments):
        self.glue.create_crawler(
            Name="c",
            Role=self.role_arn,
            DatabaseName="lake",
            Targets={"CatalogTargets": [{"DatabaseName": "lake", "Tables": ["events"]}]},
            **arguments,
        )

    def crawler(self):
        return self.glue.get_crawler(Name="c")["Crawler"]

    def ready(self):
        return eventually(self.crawler, lambda crawler: crawler["State"] == "READY")

    def tags(self):
        return self.glue.get_tags(ResourceArn=self.arn("glue", "crawler/c"))["Tags"]

    def locations(self):
        partitions = self.glue.get_partitions(DatabaseName="lake", TableName="events")["Partitions"]
        return {tuple(each["Values"]): each["StorageDescriptor"]["Location"] for each in partitions}

    def put(self, key):
        self.s3.put_object(Bucket=self.lake, Key=key, Body=b"x")

    def test_create_carries_tags_and_delete_takes_them_along(self):
        self.create(Tags={"owner": "me"})
        self.assertEqual(self.tags(), {"owner": "me"})
        self.glue.delete_crawler(Name="c")
        self.create()
        self.assertEqual(self.tags(), {})

    def test_a_crawl_registers_each_partition_once(self):
        self.create()
        for key in ("year=2026/month=01/a", "year=2026/month=01/b", "year=2026/month=02/a"):
            self.put(f"data/{key}")
        for other in ("data/year=2026/stray", "data/yr=2026/month=03/a", "other/year=2026/month=04/a"):
            self.put(other)
        wanted = {("2026", each): f"s3://{self.lake}/data/year=2026/month={each}/" for each in ("01", "02")}
        for _ in range(2):
            self.glue.start_crawler(Name="c")
            self.assertEqual(self.ready()["LastCrawl"]["Status"], "SUCCEEDED")
            self.assertEqual(self.locations(), wanted)
        self.assertEqual(len(self.glue.get_partitions(DatabaseName="lake", TableName="events")["Partitions"]), 2)

    def test_a_crawl_of_a_table_that_is_gone_fails(self):
        self.create()
        self.glue.delete_table(DatabaseName="lake", Name="events")
        self.glue.start_crawler(Name="c")
        self.assertEqual(self.ready()["LastCrawl"]["Status"], "FAILED")

    def test_a_crawler_that_runs_refuses_changes(self):
        self.create()
        self.glue.start_crawler(Name="c")
        self.assertEqual(self.crawler()["State"], "RUNNING")
        for call in (self.glue.update_crawler, self.glue.delete_crawler, self.glue.start_crawler):
            self.refused("CrawlerRunningException", call, Name="c")

    def test_a_crawl_that_is_stopped_is_stopping_and_then_cancelled(self):
        self.create()
        self.glue.start_crawler(Name="c")
        self.glue.stop_crawler(Name="c")
        self.assertEqual(self.crawler()["State"], "STOPPING")
        self.assertEqual(self.ready()["LastCrawl"]["Status"], "CANCELLED")

    def test_crawls_are_listed_the_newest_first(self):
        self.create()
        self.glue.start_crawler(Name="c")
        self.ready()
        self.glue.start_crawler(Name="c")
        self.assertEqual(
            [crawl["State"] for crawl in self.glue.list_crawls(CrawlerName="c")["Crawls"]], ["RUNNING", "COMPLETED"]
        )

    def test_reads_fill_in_defaults_and_name_the_role(self):
        self.create()
        seen = self.crawler()
        self.assertEqual(seen["Role"], "glue-role")
        self.assertEqual(
            seen["SchemaChangePolicy"],
            {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"},
        )
        self.assertEqual(seen["RecrawlPolicy"], {"RecrawlBehavior": "CRAWL_EVERYTHING"})

    def test_the_schedule_is_stopped_started_updated_and_taken_away(self):
        self.create(Schedule="cron(15 * * * ? *)")
        schedule = lambda: self.crawler().get("Schedule")
        self.assertEqual(schedule(), {"ScheduleExpression": "cron(15 * * * ? *)", "State": "SCHEDULED"})
        self.refused("SchedulerRunningException", self.glue.start_crawler_schedule, CrawlerName="c")
        self.glue.stop_crawler_schedule(CrawlerName="c")
        self.assertEqual(schedule()["State"], "NOT_SCHEDULED")
        self.refused("SchedulerNotRunningException", self.glue.stop_crawler_schedule, CrawlerName="c")
        self.glue.start_crawler_schedule(CrawlerName="c")
        self.glue.update_crawler_schedule(CrawlerName="c", Schedule="cron(30 * * * ? *)")
        self.assertEqual(schedule(), {"ScheduleExpression": "cron(30 * * * ? *)", "State": "SCHEDULED"})
        self.glue.update_crawler(Name="c", Schedule="")
        self.assertEqual(schedule(), {})
        self.refused("NoScheduleException", self.glue.start_crawler_schedule, CrawlerName="c")


class Catalog(MendTest):
    def setUp(self):
        super().setUp()
        self.glue = self.client("glue")
        self.input = self.table("a-bucket")

    def update(self, **options):
        lean = {key: value for key, value in self.input.items() if key not in ("Description", "Parameters")}
        self.glue.update_table(DatabaseName="lake", TableInput=lean, **options)

    def versions(self):
        return self.glue.get_table_versions(DatabaseName="lake", TableName="events")["TableVersions"]

    def test_an_update_of_a_table_replaces_the_whole_definition(self):
        self.update()
        seen = self.glue.get_table(DatabaseName="lake", Name="events")["Table"]
        self.assertEqual((seen.get("Description"), seen.get("Parameters")), ("", {}))

    def test_an_update_of_a_database_replaces_the_whole_definition(self):
        self.glue.update_database(Name="lake", DatabaseInput={"Name": "lake", "Parameters": {"a": "b"}})
        self.glue.update_database(Name="lake", DatabaseInput={"Name": "lake", "Description": "d"})
        seen = self.glue.get_database(Name="lake")["Database"]
        self.assertEqual((seen["Description"], seen.get("Parameters")), ("d", {}))

    def test_versions_of_a_table_are_kept_unless_the_archive_is_skipped(self):
        self.update(SkipArchive=True)
        self.assertEqual(len(self.versions()), 1)
        self.update()
        self.update()
        newest, *older = [version["VersionId"] for version in self.versions()]
        self.assertEqual([int(newest) - int(each) for each in older], [1, 2])
        self.assertNotIn("_archive", self.glue.get_tables(DatabaseName="lake")["TableList"][0])
