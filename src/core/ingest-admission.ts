/** A program on another computer that may send events. */
export interface AdmittedSource {
  /** What its quota is counted under and its figures are shown under; not its token. */
  readonly source: string
  /** True where it may speak of this machine. */
  readonly mayWrite: (machine: string) => boolean
}

/** `token`: it is none, or counts no more. `rights`: it is good, but not for sending events. */
export interface RefusedSource {
  readonly refused: 'token' | 'rights'
  /** For people: why, and what to do. */
  readonly message: string
}

/** Who may send events over the network. Asked at the beginning, and again while a connection lasts. */
export interface IngestAdmission {
  /** `token`: empty where none came. */
  admit(token: string, address: string): AdmittedSource | RefusedSource
}
