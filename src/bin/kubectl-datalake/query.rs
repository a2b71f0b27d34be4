//! `query`: SQL in the lake's Athena workgroup.

use std::io::{Write, stdout};
use std::time::Duration;

use aws_sdk_athena::types::{
    QueryExecution, QueryExecutionContext, QueryExecutionState, QueryExecutionStatistics, ResultSet,
    ResultSetMetadata, StatementType,
};
use datalake_operator::api::{Connection, Datalake};
use datalake_operator::shell::clock;
use kube::ResourceExt;

use crate::failure::Failure;
use crate::lake::{LakeAws, connection};
use crate::output::{bytes, many, spinner};
use crate::partitions;
use crate::rows::{Column, Format, Printer};

/// First and longest time between two looks at a running query.
const LOOKS: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(2));

/// Runs a query and prints its rows.
pub async fn run(lake: &Datalake, sql: &str, format: Format) -> Result<(), Failure> {
    let connection = connection(lake)?;
    let workgroup = connection
        .workgroup
        .as_deref()
        .ok_or_else(|| without_workgroup(lake, connection))?;
    let aws = LakeAws::of(connection).await?;
    if partitions::are_crawled(lake) {
        // Who may not look gets no note; whether the query may run is Athena's to say.
        if let Ok(0) = partitions::count(&aws, connection, 1).await {
            eprintln!("{}", partitions::none_yet(lake, &connection.table, clock::now()));
        }
    }
    let start = aws
        .clients
        .athena
        .start_query_execution()
        .work_group(workgroup)
        .query_execution_context(
            QueryExecutionContext::builder()
                .database(&connection.database)
                .build(),
        )
        .query_string(sql);
    let started = aws.call("athena", "StartQueryExecution", start.send()).await?;
    let id = started
        .query_execution_id
        .ok_or_else(|| Failure::new("athena gave the query no id"))?;
    let execution = ended(&aws, &id).await?;
    verdict(&execution)?;
    let count = print(&aws, &id, &execution, format).await?;
    eprintln!("{}", summary(count, &execution));
    Ok(())
}

fn without_workgroup(lake: &Datalake, connection: &Connection) -> Failure {
    let name = lake.name_any();
    Failure::Told(if lake.spec.query.workgroup {
        format!("datalake \"{name}\" has no workgroup yet; `kubectl datalake status {name}` shows why")
    } else {
        format!(
            "datalake \"{name}\" has no workgroup: set spec.query.workgroup to true, \
             or query {}.{} in a workgroup of your own",
            connection.database, connection.table
        )
    })
}

/// Waits for the query's end; Ctrl-C stops the query too, since it may cost.
async fn ended(aws: &LakeAws, id: &str) -> Result<QueryExecution, Failure> {
    let spinner = spinner("query is queued".into());
    let (mut pause, longest) = LOOKS;
    loop {
        let look = aws
            .clients
            .athena
            .get_query_execution()
            .query_execution_id(id)
            .send();
        let execution = aws
            .call("athena", "GetQueryExecution", look)
            .await?
            .query_execution;
        let execution = execution.ok_or_else(|| Failure::Told(format!("athena knows no query {id}")))?;
        match state(&execution) {
            Some(QueryExecutionState::Queued) => {}
            Some(QueryExecutionState::Running) => spinner.set_message("query is running"),
            _ => return Ok(execution),
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = tokio::signal::ctrl_c() => {
                let stop = aws.clients.athena.stop_query_execution().query_execution_id(id).send();
                aws.call("athena", "StopQueryExecution", stop).await?;
                return Err(Failure::Told(format!("interrupted; query {id} was stopped")));
            }
        }
        pause = (pause * 3 / 2).min(longest);
    }
}

fn state(execution: &QueryExecution) -> Option<&QueryExecutionState> {
    execution.status()?.state()
}

/// A query that did not succeed is a failure, with Athena's reason.
fn verdict(execution: &QueryExecution) -> Result<(), Failure> {
    match state(execution) {
        Some(QueryExecutionState::Succeeded) => Ok(()),
        state => {
            let state = state
                .map_or("UNKNOWN", QueryExecutionState::as_str)
                .to_lowercase();
            let reason = execution.status().and_then(|status| status.state_change_reason());
            Err(Failure::Told(format!(
                "the query {state}: {}",
                reason.unwrap_or("Athena gives no reason")
            )))
        }
    }
}

/// Prints all rows, page by page; says how many.
async fn print(
    aws: &LakeAws,
    id: &str,
    execution: &QueryExecution,
    format: Format,
) -> Result<usize, Failure> {
    let mut printer = None;
    let mut count = 0;
    let mut token = None;
    loop {
        let page = aws
            .clients
            .athena
            .get_query_results()
            .query_execution_id(id)
            .set_next_token(token);
        let page = aws.call("athena", "GetQueryResults", page.send()).await?;
        let set = page.result_set.unwrap_or_else(|| ResultSet::builder().build());
        let mut rows = rows(&set);
        let printer = match &mut printer {
            Some(printer) => printer,
            none => {
                let columns = columns(&set);
                if is_header(execution, &columns, rows.first()) {
                    rows.remove(0);
                }
                none.insert(Printer::begin(format, columns, stdout().lock())?)
            }
        };
        count += rows.len();
        for row in rows {
            printer.row(row)?;
        }
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    if let Some(printer) = printer {
        printer.end()?;
    }
    stdout().flush()?;
    Ok(count)
}

fn columns(set: &ResultSet) -> Vec<Column> {
    let infos = set.result_set_metadata().map(ResultSetMetadata::column_info);
    let columns = infos.unwrap_or_default().iter().map(|info| Column {
        name: info.label().unwrap_or(info.name()).to_owned(),
        r#type: info.r#type().to_owned(),
    });
    columns.collect()
}

fn rows(set: &ResultSet) -> Vec<Vec<Option<String>>> {
    let cells = |row: &aws_sdk_athena::types::Row| {
        let values = row
            .data()
            .iter()
            .map(|datum| datum.var_char_value().map(str::to_owned));
        values.collect()
    };
    set.rows().iter().map(cells).collect()
}

/// Whether the first row is the columns' names: so for queries, not for `SHOW` and `DESCRIBE`.
fn is_header(execution: &QueryExecution, columns: &[Column], first: Option<&Vec<Option<String>>>) -> bool {
    let names = columns.iter().map(|column| Some(column.name.as_str()));
    execution.statement_type() == Some(&StatementType::Dml)
        && first.is_some_and(|first| first.iter().map(Option::as_deref).eq(names))
}

/// What it took, for stderr.
fn summary(count: usize, execution: &QueryExecution) -> String {
    let statistics = execution.statistics();
    let scanned = statistics
        .and_then(QueryExecutionStatistics::data_scanned_in_bytes)
        .unwrap_or_default();
    let took = statistics.and_then(QueryExecutionStatistics::total_execution_time_in_millis);
    let took = took.map_or_else(String::new, |millis| {
        format!(" in {}.{} s", millis / 1_000, millis % 1_000 / 100)
    });
    let scanned = bytes(u64::try_from(scanned).unwrap_or_default());
    format!("{}, {scanned} scanned{took}", many(count, "row"))
}

#[cfg(test)]
mod tests {
    use aws_sdk_athena::types::QueryExecutionStatus;

    use super::*;
    use crate::lake::tests::ready;

    fn execution(state: QueryExecutionState, kind: StatementType) -> QueryExecution {
        let status = QueryExecutionStatus::builder()
            .state(state)
            .state_change_reason("TABLE_NOT_FOUND: line 1:15")
            .build();
        QueryExecution::builder()
            .statement_type(kind)
            .status(status)
            .statistics(
                QueryExecutionStatistics::builder()
                    .data_scanned_in_bytes(3 * 1024 * 1024 / 2)
                    .total_execution_time_in_millis(1_250)
                    .build(),
            )
            .build()
    }

    #[test]
    fn a_query_that_did_not_succeed_fails_with_the_reason_of_athena() {
        let Err(Failure::Told(message)) =
            verdict(&execution(QueryExecutionState::Failed, StatementType::Dml))
        else {
            panic!("failed");
        };
        assert_eq!(message, "the query failed: TABLE_NOT_FOUND: line 1:15");
        assert!(verdict(&execution(QueryExecutionState::Cancelled, StatementType::Dml)).is_err());
        assert!(verdict(&execution(QueryExecutionState::Succeeded, StatementType::Dml)).is_ok());
    }

    #[test]
    fn the_row_of_names_is_taken_off_a_query_only() {
        let column = |name: &str| Column {
            name: name.into(),
            r#type: "varchar".into(),
        };
        let columns = [column("a"), column("b")];
        let row = |cells: [Option<&str>; 2]| cells.map(|cell| cell.map(str::to_owned)).to_vec();
        let names = row([Some("a"), Some("b")]);
        for (kind, first, expected, why) in [
            (StatementType::Dml, Some(&names), true, "a query's first row"),
            (
                StatementType::Utility,
                Some(&names),
                false,
                "SHOW has no such row",
            ),
            (StatementType::Dml, Some(&row([Some("a"), None])), false, "data"),
            (StatementType::Dml, None, false, "no rows"),
        ] {
            let execution = execution(QueryExecutionState::Succeeded, kind);
            assert_eq!(is_header(&execution, &columns, first), expected, "{why}");
        }
    }

    #[test]
    fn without_workgroup_it_is_told_what_to_set() {
        let mut lake = ready();
        lake.spec.query.workgroup = false;
        let connection = lake.status.clone().unwrap().connection.unwrap();
        let Failure::Told(message) = without_workgroup(&lake, &connection) else {
            panic!("told");
        };
        assert!(message.contains("set spec.query.workgroup to true"), "{message}");
        assert!(message.contains("dl_db.dl_table"), "{message}");
    }

    #[test]
    fn rows_bytes_and_time_are_summed_up() {
        let execution = execution(QueryExecutionState::Succeeded, StatementType::Dml);
        assert_eq!(summary(1, &execution), "1 row, 1.50 MiB scanned in 1.2 s");
    }
}
