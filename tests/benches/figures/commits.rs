//! The plainest way to make something durable: one transaction for each.

use std::path::Path;
use std::time::Instant;

/// How many one-row updates a second are durable on a file of SQLite's, one commit each.
pub(crate) fn on_sqlite(file: &Path) -> f64 {
    let connection = rusqlite::Connection::open(file).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE IF NOT EXISTS plain (n INTEGER); INSERT INTO plain VALUES (0);",
        )
        .unwrap();
    let count = 1000;
    let began = Instant::now();
    for _ in 0..count {
        connection
            .execute("UPDATE plain SET n = n + 1", [])
            .unwrap();
    }
    let rate = f64::from(count) / began.elapsed().as_secs_f64();
    eprintln!("  {rate:.0} commits a second");
    rate
}

/// The same on PostgreSQL, by so many connections, each with a row of its own.
pub(crate) async fn on_postgres(url: &str, connections: u32) -> f64 {
    let pool = sqlx::postgres::PgPoolOptions::new()
        .max_connections(connections)
        .connect(url)
        .await
        .unwrap();
    sqlx::query("CREATE TABLE plain (id INT PRIMARY KEY, n INT)")
        .execute(&pool)
        .await
        .unwrap();
    let each = 200;
    let began = Instant::now();
    let tasks = (0..connections.cast_signed()).map(|id| {
        let pool = pool.clone();
        tokio::spawn(async move {
            let insert = sqlx::query("INSERT INTO plain VALUES ($1, 0)").bind(id);
            insert.execute(&pool).await.unwrap();
            for _ in 0..each {
                let update = sqlx::query("UPDATE plain SET n = n + 1 WHERE id = $1").bind(id);
                update.execute(&pool).await.unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let rate = f64::from(each * connections.cast_signed()) / began.elapsed().as_secs_f64();
    eprintln!("  {rate:.0} updates a second");
    rate
}
