import type { DatabaseSync } from 'node:sqlite';

/** Each entry brings the database from version i to version i + 1. Entries are never changed once released, only added. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE files (path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime REAL NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE images (hash TEXT PRIMARY KEY, width INTEGER, height INTEGER, format TEXT, orientation INTEGER,
     problem TEXT, message TEXT) WITHOUT ROWID;
   CREATE TABLE spaces (id INTEGER PRIMARY KEY, backbone TEXT NOT NULL, boundary TEXT NOT NULL, preprocessing TEXT NOT NULL,
     UNIQUE (backbone, boundary, preprocessing));
   CREATE TABLE features (space INTEGER NOT NULL REFERENCES spaces (id), hash TEXT NOT NULL, value BLOB NOT NULL);
   CREATE UNIQUE INDEX featureKey ON features (space, hash);
   CREATE TABLE thumbnails (hash TEXT NOT NULL, size INTEGER NOT NULL, webp BLOB NOT NULL);
   CREATE UNIQUE INDEX thumbnailKey ON thumbnails (hash, size);
   CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;`,
];

export const SCHEMA_VERSION = MIGRATIONS.length;

export class NewerSchemaError extends Error {
  readonly version: number;
  constructor(version: number) {
    super(`schema version ${version} is newer than ${SCHEMA_VERSION}`);
    this.name = 'NewerSchemaError';
    this.version = version;
  }
}

/** Brings the database to this version; safe when several processes do it at once. Throws NewerSchemaError. */
export function migrate(db: DatabaseSync): void {
  if (versionOf(db) === SCHEMA_VERSION) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    const version = versionOf(db);
    if (version > SCHEMA_VERSION) throw new NewerSchemaError(version);
    for (const sql of MIGRATIONS.slice(version)) db.exec(sql);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
}
