/** What every command is given, and how it reads numbers. */
import { InvalidArgumentError } from 'commander';
import type { Engine } from '../engine.ts';
import type { Terminal } from './terminal.ts';

/** Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the data is at fault, 130 cancelled. */
export const EXIT = { done: 0, failed: 1, usage: 2, data: 3, cancelled: 130 } as const;

export interface GlobalOptions {
  json: boolean;
  quiet: boolean;
  directory: string;
  cache?: string;
  threads?: number;
}

/** What a command works with. */
export interface CliContext {
  workspace: string;
  options: GlobalOptions;
  terminal: Terminal;
  engine: Engine;
  /** Aborted by Ctrl+C and SIGTERM; a second Ctrl+C ends the process at once. */
  signal: AbortSignal;
}

export type Action = (context: CliContext) => Promise<void>;
/** Wraps a command's action: opens the engine, and closes it afterwards. */
export type Runner = (action: Action) => Promise<void>;

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('give a whole number above 0');
  return value;
}

export function nonNegative(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('give a number of 0 or more');
  return value;
}
