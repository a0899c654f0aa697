/** Stable codes of errors a user can meet. The command line maps `data` errors to exit code 3. */
export type ErrorCode =
  | 'data' // the user's images, manifest or folder are at fault; the message names the file
  | 'not-found' // no such data set, experiment, backbone
  | 'invalid' // a parameter is out of range or contradicts another
  | 'cancelled'
  | 'engine' // the engine or its runtime failed
  | 'io'; // a file could not be read or written

/**
 * An error meant for a person: `message` is one sentence that names the thing and says what to do.
 * The technical cause, if any, is attached as `cause` and goes to the log.
 */
export class HeadwayError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HeadwayError';
    this.code = code;
  }
}

export class CancelledError extends HeadwayError {
  constructor(message = 'Cancelled.') {
    super('cancelled', message);
    this.name = 'CancelledError';
  }
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError();
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
