/**
 * abroll for TypeScript: films ordered once, watched and fetched; webhooks that are proved to be abroll's.
 *
 * It needs `fetch` and Web Crypto: Node 20, Deno, Bun, workers. The key belongs on a server, never in a page.
 */
import type { Accepted, Cancelled, DryRun, Edit, Film, Job, Jobs, Regenerate, Retry, Revised, RevisedDryRun } from "./schema.js";
import type { BatchDryRun, BatchShown, Batches } from "./schema.js";
import type { Cancels, Deleted, Feedback, FeedbackKept, JobDeleted, Retries, RetriesPriced } from "./schema.js";
import type { ClipUploaded, Problem, Tenant, Uploaded, WebhookPayload } from "./schema.js";

export type * from "./schema.js";

const BUSY = new Set([408, 425, 429, 500, 502, 503, 504]);
const NOT_DONE = new Set([425, 429]); // surely refused before anything was done: any call may be repeated
const HARMLESS = new Set(["GET", "PUT", "PATCH", "DELETE"]);
const PAUSES = [1, 2, 3, 5, 8]; // seconds between looks after a change; then
const LONGEST_LOOK = 10;
const TOLERANCE = 300; // seconds a webhook may be old, or ahead of our clock

/** A call did not do what it was asked to: `code` is one of abroll's reference page, `nextMove` says what helps. */
export class AbrollError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly nextMove = "",
    readonly status?: number,
    readonly details: Record<string, string[]> = {},
    readonly retryAfter?: number,
  ) {
    super(message);
    this.name = "AbrollError";
  }
}

/** The job ended without a film; `job` is how it stands. */
export class FilmFailed extends AbrollError {
  constructor(readonly job: Job) {
    const error = job.error as { code: string; message: string; next_move: string } | null;
    super(error?.message ?? job.summary, error?.code ?? job.status, error?.next_move ?? "");
    this.name = "FilmFailed";
  }
}

export interface Options {
  url: string;
  key: string;
  /** How long a call that may be repeated is repeated, seconds. */
  patience?: number;
  fetch?: typeof fetch;
}

/** A film's files. */
export type FilmFile = "mp4" | "mov" | "webm" | "gif" | "webp";

/** What is said of all rows of a batch. */
export interface BatchTerms {
  title?: string;
  template?: string;
  max_cost_usd?: string;
  webhook_url?: string;
  job_events?: string;
}

interface Sent {
  body?: unknown;
  bytes?: Uint8Array;
  table?: string;
  plain?: boolean;
  key?: string;
  harmless?: boolean;
}

export class Abroll {
  private readonly base: string;

  constructor(private readonly options: Options) {
    const url = new URL(options.url);
    const here = ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
    if (url.protocol !== "https:" && !here) throw new AbrollError("the address is not https", "validation_error");
    this.base = options.url.replace(/\/+$/, "");
  }

  /** What an order would make and cost. Nothing is stored or spent. */
  price(order: Film): Promise<DryRun> {
    return this.call("POST", "/create_job", { body: { ...order, dry_run: true }, harmless: true });
  }

  /** Order a film. The same order under the same key is one film; keep the key to go on after your process ended. */
  create(order: Film, idempotencyKey: string = crypto.randomUUID()): Promise<Accepted> {
    return this.call("POST", "/create_job", { body: order, key: idempotencyKey });
  }

  get(job: string): Promise<Job> {
    return this.call("GET", `/jobs/${encodeURIComponent(job)}`);
  }

  /** A page of jobs, the newest first; `next_cursor` leads to the next. */
  list(query: Record<string, string> = {}): Promise<Jobs> {
    return this.call("GET", `/jobs?${new URLSearchParams(query)}`);
  }

  /** The job as it stands now and after each change, until it has ended. */
  async *events(job: string): AsyncGenerator<Job> {
    let told = "";
    for (let quiet = 0; ; quiet += 1) {
      const now = await this.get(job);
      const mark = JSON.stringify([now.status, now.stage, now.progress, now.summary]);
      if (mark !== told) {
        [told, quiet] = [mark, 0];
        yield now;
      }
      if (["completed", "failed", "cancelled"].includes(now.status)) return;
      await sleep(PAUSES[quiet] ?? LONGEST_LOOK);
    }
  }

  /** The finished film's job. Throws FilmFailed where it ended without a film. */
  async wait(job: string): Promise<Job> {
    let last: Job | undefined;
    for await (const now of this.events(job)) last = now;
    if (last?.status === "completed") return last;
    throw new FilmFailed(last as Job);
  }

  cancel(job: string): Promise<Cancelled> {
    return this.call("POST", `/jobs/${encodeURIComponent(job)}/cancel`);
  }

  retry(job: string, changes: Retry = {}, idempotencyKey: string = crypto.randomUUID()): Promise<Revised | RevisedDryRun> {
    return this.call("POST", `/jobs/${encodeURIComponent(job)}/retry`, { body: changes, key: idempotencyKey });
  }

  /** A page of what retries would cost: failed jobs, or what the query says; `next_cursor` leads to the next. */
  priceRetries(query: Record<string, string> = {}): Promise<RetriesPriced> {
    return this.call("POST", `/jobs/retry?${new URLSearchParams(query)}`, { body: {}, harmless: true });
  }

  /** Try these jobs again for at most so many dollars together; under one key each is bought for once. */
  retryMany(ids: string[], maxCost: number, idempotencyKey: string = crypto.randomUUID()): Promise<Retries> {
    return this.call("POST", "/jobs/retry", { body: { ids, max_cost: maxCost }, key: idempotencyKey });
  }

  /** A page of what a cancel would end; nothing is ended. */
  cancellable(query: Record<string, string> = {}): Promise<Cancels> {
    return this.call("POST", `/jobs/cancel?${new URLSearchParams(query)}`, { body: {}, harmless: true });
  }

  cancelMany(ids: string[]): Promise<Cancels> {
    return this.call("POST", "/jobs/cancel", { body: { ids }, harmless: true });
  }

  regenerate(job: string, changes: Regenerate, idempotencyKey: string = crypto.randomUUID()): Promise<Revised | RevisedDryRun> {
    return this.call("POST", `/jobs/${encodeURIComponent(job)}/regenerate`, { body: changes, key: idempotencyKey });
  }

  /** Another version of a finished film from its takes: nothing is bought. With `dry_run` it is only checked. */
  edit(job: string, changes: Edit, idempotencyKey: string = crypto.randomUUID()): Promise<Revised | RevisedDryRun> {
    return this.call("POST", `/jobs/${encodeURIComponent(job)}/edit`, { body: changes, key: idempotencyKey });
  }

  /** A finished film's bytes: its MP4, or the MOV, WebM, GIF or WebP that was asked for; of its `outputs` the first. */
  async download(job: string, file: FilmFile = "mp4", output = 1): Promise<Uint8Array> {
    const made = (await this.get(job)).outputs[output - 1];
    const link = file === "mp4" ? made?.final_video_url : (made?.file_urls as Record<string, string> | undefined)?.[file];
    if (!link) throw new AbrollError(`there is no ${file} of this film`, "not_found", "Ask for it with `edit`.");
    const answer = await (this.options.fetch ?? fetch)(link); // a signed link: the key is not for it
    if (!answer.ok) throw new AbrollError(`the file was answered ${answer.status}`, "unavailable", "Ask again.", answer.status);
    return new Uint8Array(await answer.arrayBuffer());
  }

  /** Keep an ended film beyond its plan's days; with false it goes as the others do, its days beginning anew. */
  keep(job: string, keep = true): Promise<Job> {
    return this.call("PATCH", `/jobs/${encodeURIComponent(job)}`, { body: { keep } });
  }

  /** Say how a film is, `score` 1 to 10; what this key said of it before is replaced. */
  feedback(job: string, said: Feedback): Promise<FeedbackKept> {
    return this.call("POST", `/jobs/${encodeURIComponent(job)}/feedback`, { body: said });
  }

  /** Delete an ended film with all its files, for good; its bill's figures stay. Asked again, it answers the same. */
  delete(job: string): Promise<JobDeleted> {
    return this.call("DELETE", `/jobs/${encodeURIComponent(job)}`);
  }

  /** What a batch would cost, row by row: a CSV with a heading, or orders. Nothing is stored or spent. */
  priceBatch(rows: string | Film[], terms: BatchTerms = {}): Promise<BatchDryRun> {
    const query = new URLSearchParams({ ...terms, dry_run: "true" });
    return this.call("POST", `/batches?${query}`, { ...rowsOf(rows), harmless: true });
  }

  /** Order many films at once. The same rows under the same key are one batch. */
  createBatch(
    rows: string | Film[],
    terms: BatchTerms = {},
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<BatchShown> {
    const query = new URLSearchParams({ ...terms });
    return this.call("POST", `/batches?${query}`, { ...rowsOf(rows), key: idempotencyKey });
  }

  batch(batch: string): Promise<BatchShown> {
    return this.call("GET", `/batches/${encodeURIComponent(batch)}`);
  }

  /** A page of batches, the newest first; `list({ batch })` lists the films of one. */
  batches(query: Record<string, string> = {}): Promise<Batches> {
    return this.call("GET", `/batches?${new URLSearchParams(query)}`);
  }

  /** Begin no more rows; films that were begun are made. */
  cancelBatch(batch: string): Promise<BatchShown> {
    return this.call("POST", `/batches/${encodeURIComponent(batch)}/cancel`);
  }

  /** Forget an ended batch, its rows and its results; its films stay. */
  deleteBatch(batch: string): Promise<Deleted> {
    return this.call("DELETE", `/batches/${encodeURIComponent(batch)}`);
  }

  /** What became of each row, as CSV. */
  batchResults(batch: string): Promise<string> {
    return this.call("GET", `/batches/${encodeURIComponent(batch)}/results.csv`, { plain: true });
  }

  /** The batch once it has ended. */
  async waitForBatch(batch: string): Promise<BatchShown> {
    for (;;) {
      const now = await this.batch(batch);
      if (["completed", "cancelled"].includes(now.status)) return now;
      await sleep(LONGEST_LOOK / 2);
    }
  }

  /** Upload a photo; its id is `image` of an order. */
  async upload(photo: Uint8Array): Promise<string> {
    const uploaded: Uploaded = await this.call("POST", "/tenant/uploads", { bytes: photo });
    return uploaded.image;
  }

  /** Upload a clip of your own (MP4, MOV or WebM, 0.5 to 60 s); its id is `clip` of a scene. */
  async uploadClip(clip: Uint8Array): Promise<string> {
    const uploaded: ClipUploaded = await this.call("POST", "/tenant/uploads/clip", { bytes: clip });
    return uploaded.clip;
  }

  /** Let a clip of your own be fetched from a link, once; its id is `clip` of a scene. */
  async fetchClip(url: string): Promise<string> {
    const uploaded: ClipUploaded = await this.call("POST", "/tenant/uploads/clip_link", { body: { clip_url: url } });
    return uploaded.clip;
  }

  tenant(): Promise<Tenant> {
    return this.call("GET", "/tenant");
  }

  /** Make any call of the reference page; it is repeated only where that is harmless. Throws AbrollError. */
  async call<Answer>(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const again = sent.harmless || sent.key !== undefined || HARMLESS.has(method);
    const until = Date.now() + (this.options.patience ?? 60) * 1000;
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.once<Answer>(method, path, sent);
      } catch (failed) {
        if (!(failed instanceof AbrollError) || !(failed.status === undefined || BUSY.has(failed.status))) throw failed;
        const pause = failed.retryAfter ?? Math.min(20, 0.5 * 2 ** tries) * (0.5 + Math.random() / 2);
        if (!(again || NOT_DONE.has(failed.status ?? 0)) || Date.now() + pause * 1000 > until) throw failed;
        await sleep(pause);
      }
    }
  }

  private async once<Answer>(method: string, path: string, sent: Sent): Promise<Answer> {
    const headers: Record<string, string> = { Authorization: `Bearer ${this.options.key}` };
    if (sent.key !== undefined) headers["Idempotency-Key"] = sent.key;
    if (sent.body !== undefined) headers["Content-Type"] = "application/json";
    if (sent.bytes !== undefined) headers["Content-Type"] = "application/octet-stream";
    if (sent.table !== undefined) headers["Content-Type"] = "text/csv";
    const body = (sent.bytes as BodyInit | undefined) ?? sent.table ?? (sent.body === undefined ? null : JSON.stringify(sent.body));
    let response: Response;
    let text: string;
    try {
      response = await (this.options.fetch ?? fetch)(this.base + path, { method, headers, body, redirect: "manual" });
      text = await response.text();
    } catch (silent) {
      throw new AbrollError(`abroll did not answer: ${silent}`, "unavailable", "Send it again with the same key.");
    }
    if (response.ok && sent.plain) return text as Answer;
    const told = parsed(text);
    if (response.ok && told !== undefined) return told as Answer;
    const problem = (told ?? {}) as Partial<Problem>;
    const after = Number(response.headers.get("Retry-After") ?? Number.NaN);
    throw new AbrollError(
      problem.message ?? `abroll answered ${response.status}`,
      problem.error ?? "unavailable",
      problem.next_move,
      response.status,
      problem.details as Record<string, string[]> | undefined,
      Number.isFinite(after) ? after : undefined,
    );
  }
}

/**
 * A webhook's payload, once it is proved to be abroll's and new (Standard Webhooks 1.0, `v1`).
 *
 * `body` is the request's text exactly as it came. Throws AbrollError `not_genuine`; answer it 400.
 */
export async function verify(body: string, headers: Headers, secrets: string[], now = Date.now() / 1000): Promise<WebhookPayload> {
  const [id, stamp, signed] = ["id", "timestamp", "signature"].map((part) => headers.get(`webhook-${part}`));
  if (!id || !stamp || !signed) throw new AbrollError("a webhook's header is missing", "not_genuine");
  if (!/^\d{1,10}$/.test(stamp) || Math.abs(now - Number(stamp)) > TOLERANCE)
    throw new AbrollError(`webhook-timestamp is not within ${TOLERANCE} s of this clock`, "not_genuine");
  const message = new TextEncoder().encode(`${id}.${stamp}.${body}`);
  const offered = signed.split(" ").filter((part) => part.startsWith("v1,"));
  for (const secret of secrets) {
    const raw = Uint8Array.from(atob(secret.replace(/^whsec_/, "")), (letter) => letter.charCodeAt(0));
    const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    for (const one of offered) {
      const given = bytes(one.slice(3));
      if (given && (await crypto.subtle.verify("HMAC", key, given, message))) return parsed(body) as WebhookPayload;
    }
  }
  throw new AbrollError("no signature fits: another secret, or the body was changed", "not_genuine");
}

function bytes(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function rowsOf(rows: string | Film[]): Sent {
  return typeof rows === "string" ? { table: rows } : { body: { rows } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sleep(seconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, seconds * 1000));
}
