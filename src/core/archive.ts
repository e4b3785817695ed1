import type { Entry } from './entry.ts'

/** Where a session finds what is no longer in memory. */
export interface Archive {
  /** True where every event after `offset` can be had, from here or from memory. */
  covers(offset: number): boolean
  /** Events after `after`, oldest first; empty where they cannot be had after all. Never rejects. */
  page(after: number): Promise<readonly Entry[]>
  /** The position that a consumer acknowledged last, if it ever did. */
  acknowledged(consumer: string): number | undefined
  acknowledge(consumer: string, offset: number): void
}
