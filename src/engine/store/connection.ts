import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { messageOf } from '../../shared/errors.ts';
import { isMissing } from '../files/atomic.ts';
import { migrate, NewerSchemaError, SCHEMA_VERSION } from './schema.ts';

/** Milliseconds to wait for another process's write. */
const BUSY_TIMEOUT = 15_000;
/** Three rows of 1,280 floats fit on a page; with SQLite's 4 KiB each would need an overflow page of its own. */
const PAGE_SIZE = 16_384;

const DAMAGED = new Set([11, 26]); // SQLITE_CORRUPT, SQLITE_NOTADB
const UNAVAILABLE = new Set([5, 6, 8, 10, 13, 14]); // BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN

export type OnMessage = (message: string) => void;

/**
 * One SQLite database that may vanish or break without harm: a damaged file is moved aside and begun anew, and what cannot be stored
 * for want of space or rights is only not stored. Every such event is told through `onMessage`, once per kind.
 */
export class Connection implements Disposable {
  /** The database file, or `:memory:` when the folder cannot be written. */
  path: string;
  #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #onMessage: OnMessage;
  readonly #told = new Set<string>();

  constructor(directory: string, onMessage: OnMessage) {
    this.#onMessage = onMessage;
    this.path = path.join(directory, 'headway.db');
    this.#db = this.#open(directory);
  }

  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Runs `work`; when the database is damaged or not available the answer is `fallback`. */
  guarded<T>(work: () => T, fallback: () => T): T {
    try {
      return work();
    } catch (error) {
      const code = sqliteCode(error);
      if (code !== undefined && DAMAGED.has(code)) {
        this.#db.close();
        this.#statements.clear();
        this.#db = this.#rebuild(error);
        return fallback();
      }
      if (code === undefined || !UNAVAILABLE.has(code)) throw error;
      this.#tell(
        `The cache ${this.path} cannot be used now (${messageOf(error)}); results are computed again next time.`,
      );
      return fallback();
    }
  }

  /** `work` as one write transaction, all or nothing. */
  transaction(work: () => void): void {
    this.guarded(
      () => {
        this.#db.exec('BEGIN IMMEDIATE');
        try {
          work();
          this.#db.exec('COMMIT');
        } catch (error) {
          if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
          throw error;
        }
      },
      () => undefined,
    );
  }

  [Symbol.dispose](): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  #open(directory: string): DatabaseSync {
    try {
      mkdirSync(directory, { recursive: true });
      return connect(this.path);
    } catch (error) {
      if (error instanceof NewerSchemaError) {
        // The newer Headway may be using it at this moment: leave it alone.
        this.#tell(`The cache ${this.path} was made by a newer Headway; this one keeps its own beside it.`);
        this.path = path.join(directory, `headway-v${SCHEMA_VERSION}.db`);
        return this.#openOrRebuild();
      }
      if (DAMAGED.has(sqliteCode(error) ?? -1)) return this.#rebuild(error);
      return this.#inMemory(error);
    }
  }

  #openOrRebuild(): DatabaseSync {
    try {
      return connect(this.path);
    } catch (error) {
      return this.#rebuild(error);
    }
  }

  #rebuild(cause: unknown): DatabaseSync {
    const aside = `${this.path}.damaged`;
    this.#tell(`The cache ${this.path} was damaged (${messageOf(cause)}); it was moved to ${aside} and begun anew.`);
    try {
      // The log goes first: beside a new database it would be replayed into it.
      for (const suffix of ['-wal', '-shm']) rmSync(this.path + suffix, { force: true });
      renameIfThere(this.path, aside);
      return connect(this.path);
    } catch (error) {
      return this.#inMemory(error);
    }
  }

  #inMemory(cause: unknown): DatabaseSync {
    this.#tell(
      `The cache ${this.path} cannot be used (${messageOf(cause)}); this time results are kept in memory only.`,
    );
    this.path = ':memory:';
    return connect(':memory:');
  }

  #tell(message: string): void {
    const kind = message.replace(/\(.*\)/, '');
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#onMessage(message);
  }
}

function connect(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT });
  try {
    db.exec(`PRAGMA page_size = ${PAGE_SIZE}`);
    enterWal(db);
    // Durable against a killed process; a power cut may lose the last transactions, never the order.
    db.exec('PRAGMA synchronous = NORMAL');
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Switching a new database to WAL needs it alone and ignores the busy timeout; another process may be doing the same. */
function enterWal(db: DatabaseSync): void {
  for (let attempt = 1; ; attempt++) {
    try {
      db.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (sqliteCode(error) !== 5 || attempt === 100) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** SQLite's primary result code of an error thrown by node:sqlite. */
function sqliteCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;
}
