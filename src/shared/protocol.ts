/** Version of the protocol in PROTOCOL.md; a hello with another version is closed with `protocol_unsupported`. */
export const PROTOCOL_VERSION = 1
