/** Authority: the one place that counts for a tenant, whichever isolate and data centre its requests come to. */

export interface Take {
  /** How many generations are asked for, at least 1; what is not used at once is a lease. */
  readonly want: number;
  /** Generations a second. */
  readonly rate: number;
}

export interface Taken {
  /** 0 to `want`. */
  readonly granted: number;
  /** Generations left. */
  readonly left: number;
  /** Seconds until there is one again, where none was granted. */
  readonly retryAfter: number;
}

export interface Authority {
  take(tenant: string, take: Take): Promise<Taken>;
  /** Reports requests that were let through. @returns how many more may come now; below 0 where too many have */
  settle(tenant: string, requests: number, rate: number): Promise<number>;
  /** Reports tokens of the present UTC day; 0 only asks. @returns the day's sum */
  spend(tenant: string, tokens: number): Promise<number>;
}
