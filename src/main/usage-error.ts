/** What somebody wrote on the command line or in the configuration file cannot be used; the message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
