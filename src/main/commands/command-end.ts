/** What a command says, and with which code it ends. */
export interface CommandEnd {
  readonly code: number
  readonly text: string
}

/** What a command may use of the process. */
export interface Terminal {
  /** Reads a secret: from whoever types it, without showing it, or a line of what is piped in. */
  readonly secret: (prompt: string) => Promise<string>
}
