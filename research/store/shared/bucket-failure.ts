import { Failure } from '../../../shared/failure.js';

interface Answer {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** There is one of that name, and it was asked for none. */
export function conditionFailed(error: unknown): boolean {
  return statusOf(error) === 412 || (error as Answer).name === 'PreconditionFailed';
}

/** The bucket is there, and has nothing of that name. */
export function notFound(error: unknown): boolean {
  return statusOf(error) === 404 && (error as Answer).name !== 'NoSuchBucket';
}

/** Trying again can help: no answer, none in time, one cut off, or a server that says so. */
export function isTransient(error: unknown): boolean {
  const { name = '', code } = error as Answer;
  const status = statusOf(error);
  if (/Credential|TokenProvider/.test(name)) return false;
  if (/^(RequestTimeTooSkewed|RequestTimeout|SlowDown|Throttling)/.test(name)) return true;
  if (status === undefined) return code !== undefined || /Timeout|Abort/.test(name) || name === 'Error';
  return status >= 500 || status === 429 || status === 408 || status < 300;
}

/** What a request ended with as a failure that says what to do. Answers of the server are told, requests with their keys never. */
export function asBucketFailure(error: unknown, place: string, doing: string): unknown {
  if (error instanceof Failure || !isAnswer(error)) return error;
  const { name = 'Error', code, message = '' } = error;
  const said = `${code ?? name}${message === '' ? '' : `: ${message.slice(0, 200)}`}`;
  if (isTransient(error))
    return new Failure(
      'BucketAway',
      `${place} does not answer as it should (${doing}: ${said})`,
      'see that the server runs and can be reached; then try again: nothing of what is there is lost',
      { doing },
    );
  return new Failure('BucketRefused', `${place} refuses to ${doing} (${said})`, fixOf(error), { doing });
}

function isAnswer(error: unknown): error is Answer {
  return error instanceof Error;
}

function fixOf(error: Answer): string {
  const { name = '' } = error;
  if (/Credential|TokenProvider/.test(name))
    return 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE for a profile in ~/.aws/credentials';
  if (name === 'NoSuchBucket') return 'make the bucket, or correct store.s3.bucket';
  const status = statusOf(error);
  if (status === 401 || status === 403)
    return 'check the access key, its secret and its rights: put, get, list and delete below store.s3.prefix';
  if (status === 301 || status === 400 || status === 404) return 'check store.s3: endpoint, region and pathStyle';
  if (status === 501 || status === 405) return 'use a server that knows conditional writes (If-None-Match)';
  return 'see what the server says; check store.s3';
}

function statusOf(error: unknown): number | undefined {
  return (error as Answer).$metadata?.httpStatusCode;
}
