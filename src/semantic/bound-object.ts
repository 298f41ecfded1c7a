/**
 * Where the error bound is kept: one SQLite-backed Durable Object for all isolates. Each class has a state of its own, and a class
 * belongs to a tenant: neither labels nor reports of one tenant move another's bound.
 */
import { DurableObject } from 'cloudflare:workers';
import { afterCheck, type BoundOptions, type BoundState, errorBound, initialBound, type Label } from './bound.ts';
import type { BoundClass, ClassSummary, GateState } from './gate.ts';

type ClassRow = {
  tenant: string;
  embedder: string;
  kind: BoundClass['kind'];
  base: number;
  state: string;
  checks: number;
  wrong: number;
  unsure: number;
  reports: number;
};

/** Parted pairs that isolates are told of. */
const TOLD = 2_000;
/** Parted pairs that are kept, for a tenant. */
const KEPT = 20_000;

export class SemanticBoundObject extends DurableObject {
  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    state.storage.sql.exec(`
      CREATE TABLE IF NOT EXISTS classes (
        tenant TEXT NOT NULL, embedder TEXT NOT NULL, kind TEXT NOT NULL, base REAL NOT NULL, state TEXT NOT NULL,
        checks INTEGER NOT NULL, wrong INTEGER NOT NULL, unsure INTEGER NOT NULL, reports INTEGER NOT NULL,
        PRIMARY KEY (tenant, embedder, kind, base)
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS parted (
        tenant TEXT NOT NULL, pair TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (tenant, pair)
      ) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS parted_age ON parted (tenant, at);`);
  }

  gate(of: BoundClass, options: BoundOptions): GateState {
    const { phase, threshold } = this.stateOf(of, options);
    const parted = this.ctx.storage.sql
      .exec<{ pair: string }>('SELECT pair FROM parted WHERE tenant = ? ORDER BY at DESC LIMIT ?', of.tenant, TOLD)
      .toArray()
      .map(({ pair }) => pair);
    return { phase, threshold, parted };
  }

  label(of: BoundClass, label: Label, options: BoundOptions): GateState {
    const state = afterCheck(this.stateOf(of, options), label, options);
    this.count(of, state, { checks: 1, wrong: label.wrong ? 1 : 0, unsure: 0, reports: 0 });
    return this.gate(of, options);
  }

  /** A check that could not tell: counted, and no label. */
  unsure(of: BoundClass, options: BoundOptions): void {
    this.count(of, this.stateOf(of, options), { checks: 0, wrong: 0, unsure: 1, reports: 0 });
  }

  /** A person says that the pair must not share an answer. A wrong label, the first time. */
  part(of: BoundClass, pair: string, similarity: number, options: BoundOptions): { first: boolean; gate: GateState } {
    const { sql } = this.ctx.storage;
    const known = sql.exec('SELECT 1 FROM parted WHERE tenant = ? AND pair = ?', of.tenant, pair).toArray().length > 0;
    if (known) return { first: false, gate: this.gate(of, options) };
    sql.exec('INSERT INTO parted (tenant, pair, at) VALUES (?, ?, ?)', of.tenant, pair, Date.now());
    sql.exec(
      `DELETE FROM parted WHERE tenant = ? AND at <
         (SELECT at FROM parted WHERE tenant = ? ORDER BY at DESC LIMIT 1 OFFSET ?)`,
      of.tenant,
      of.tenant,
      KEPT - 1,
    );
    const state = afterCheck(this.stateOf(of, options), { similarity, wrong: true }, options);
    this.count(of, state, { checks: 1, wrong: 1, unsure: 0, reports: 1 });
    return { first: true, gate: this.gate(of, options) };
  }

  summary(options: Omit<BoundOptions, 'threshold'>): ClassSummary[] {
    const rows = this.ctx.storage.sql.exec<ClassRow>('SELECT * FROM classes ORDER BY tenant, embedder, kind, base');
    return rows.toArray().map(({ tenant, embedder, kind, base, state: text, checks, wrong, unsure, reports }) => {
      const state = JSON.parse(text) as BoundState;
      return {
        tenant,
        embedder,
        kind,
        base,
        phase: state.phase,
        threshold: state.threshold,
        labels: state.labels.length,
        wrong: state.labels.filter((label) => label.wrong).length,
        upperBound: errorBound(state, { ...options, threshold: base }),
        stops: state.stops,
        checks,
        wrongChecks: wrong,
        unsureChecks: unsure,
        reports,
      };
    });
  }

  private stateOf({ tenant, embedder, kind, base }: BoundClass, options: BoundOptions): BoundState {
    const [row] = this.ctx.storage.sql
      .exec<{ state: string }>(
        'SELECT state FROM classes WHERE tenant = ? AND embedder = ? AND kind = ? AND base = ?',
        tenant,
        embedder,
        kind,
        base,
      )
      .toArray();
    return row === undefined ? initialBound(options) : (JSON.parse(row.state) as BoundState);
  }

  private count(
    { tenant, embedder, kind, base }: BoundClass,
    state: BoundState,
    more: { readonly checks: number; readonly wrong: number; readonly unsure: number; readonly reports: number },
  ): void {
    this.ctx.storage.sql.exec(
      `INSERT INTO classes (tenant, embedder, kind, base, state, checks, wrong, unsure, reports)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET state = excluded.state, checks = checks + excluded.checks, wrong = wrong + excluded.wrong,
         unsure = unsure + excluded.unsure, reports = reports + excluded.reports`,
      tenant,
      embedder,
      kind,
      base,
      JSON.stringify(state),
      more.checks,
      more.wrong,
      more.unsure,
      more.reports,
    );
  }
}
