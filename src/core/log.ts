/** Where the core writes what an administrator should read; pino in the product. Fields first, then the sentence. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  /** Idempotent. Gives free what it holds; what is written later may be lost where that was. */
  close?(): void
}
