import type { DatabaseSyncInstance } from '@photostructure/sqlite'

/**
 * Numbered steps from an empty file to the present schema; `PRAGMA user_version` says how many a file has had. A step
 * that has been released is never changed: a new one is added.
 */
export const MIGRATIONS: readonly string[] = [
  // 1: events, their names, stored states, epochs, gaps, consumers.
  `
  CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE events (
    offset INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    machine INTEGER NOT NULL REFERENCES names (id),
    type INTEGER NOT NULL REFERENCES names (id),
    family TEXT NOT NULL,
    level TEXT,
    text TEXT NOT NULL
  );
  CREATE INDEX events_by_machine ON events (machine);
  CREATE INDEX events_by_type ON events (type);
  CREATE TABLE states (offset INTEGER PRIMARY KEY, time INTEGER NOT NULL, machines BLOB NOT NULL);
  CREATE INDEX states_by_time ON states (time);
  CREATE TABLE epochs (epoch TEXT PRIMARY KEY, first INTEGER NOT NULL);
  CREATE TABLE gaps (until INTEGER PRIMARY KEY);
  CREATE TABLE consumers (name TEXT PRIMARY KEY, offset INTEGER NOT NULL, acknowledged_at INTEGER NOT NULL);
  CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), offset INTEGER NOT NULL);
  INSERT INTO head VALUES (1, 0);
  `,
  // 2: stored states hold everything that is folded. Those of version 1 hold machines only and are read as such.
  `
  ALTER TABLE states RENAME COLUMN machines TO folded;
  `,
]

export const SCHEMA_VERSION = MIGRATIONS.length

/** How many steps a file has had. */
export function versionOf(database: DatabaseSyncInstance): number {
  return (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version
}

/** Brings a file to the present schema, all or nothing. Returns false where it was written by a newer Andon. */
export function migrate(database: DatabaseSyncInstance): boolean {
  const from = versionOf(database)
  if (from > SCHEMA_VERSION) return false
  for (let version = from; version < SCHEMA_VERSION; version += 1) {
    database.exec('BEGIN IMMEDIATE')
    try {
      database.exec(MIGRATIONS[version] ?? '')
      database.exec(`PRAGMA user_version = ${version + 1}`)
      database.exec('COMMIT')
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
  }
  return true
}
