/** The purges of everywhere, in one SQLite-backed Durable Object: what every isolate's copy is renewed from. */
import { DurableObject } from 'cloudflare:workers';
import { mergePurges, type Purge, type PurgeList, type Selector } from '../exchange/purge.ts';

type Row = { selector: string; before: number };

export class PurgeObject extends DurableObject {
  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    state.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS purges (selector TEXT PRIMARY KEY, before INTEGER NOT NULL) WITHOUT ROWID',
    );
  }

  list(): PurgeList {
    const rows = this.ctx.storage.sql.exec<Row>('SELECT selector, before FROM purges ORDER BY before').toArray();
    return rows.map(({ selector, before }) => ({ selector: JSON.parse(selector) as Selector, before }));
  }

  /** @returns the whole list with it; it is on disk before anybody hears of it */
  add(purge: Purge): PurgeList {
    const list = mergePurges(this.list(), [purge], Date.now());
    this.ctx.storage.transactionSync(() => {
      this.ctx.storage.sql.exec('DELETE FROM purges');
      for (const { selector, before } of list)
        this.ctx.storage.sql.exec(
          'INSERT OR REPLACE INTO purges (selector, before) VALUES (?, ?)',
          JSON.stringify(selector),
          before,
        );
    });
    return list;
  }
}
