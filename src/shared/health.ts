import Type from 'typebox'

/** Why a datagram was not taken in. */
export const REFUSALS = [
  'empty',
  'truncated',
  'not_utf8',
  'not_json',
  'not_object',
  'too_deep',
  'no_machine_name',
  'bad_machine_name',
  'no_type',
  'bad_type',
  'machine_not_allowed',
  'over_quota',
] as const
export type Refusal = (typeof REFUSALS)[number]

const RefusalSchema = Type.Enum(REFUSALS)

export const ListenerSchema = Type.Object({
  kind: Type.Union([Type.Literal('unix'), Type.Literal('udp'), Type.Literal('ws')]),
  /** Path of the socket, host:port, or who sends over the network. */
  address: Type.String(),
  state: Type.Union([Type.Literal('listening'), Type.Literal('failed'), Type.Literal('closed')]),
  /** What is wrong and what to do about it, where `state` is `failed`. */
  problem: Type.Union([Type.String(), Type.Null()]),
  received: Type.Integer(),
  accepted: Type.Integer(),
  /** Count by reason; reasons that never happened are missing. */
  refused: Type.Partial(Type.Record(RefusalSchema, Type.Integer())),
  /** Errors of the socket itself. */
  errors: Type.Integer(),
  lastReceivedAt: Type.Union([Type.Integer(), Type.Null()]),
})
export type ListenerHealth = Type.Static<typeof ListenerSchema>

/** The beginning of a datagram that was refused, so that its sender can be found. Not an event, and never one. */
export const RefusedSampleSchema = Type.Object({
  time: Type.Integer(),
  listener: Type.String(),
  reason: RefusalSchema,
  /** Length of the whole datagram. */
  bytes: Type.Integer(),
  /** The first 200 bytes as text; what is not UTF-8 is replaced. */
  text: Type.String(),
})
export type RefusedSample = Type.Static<typeof RefusedSampleSchema>

export const PROBLEMS = [
  'unix_datagrams_unavailable',
  'listener_failed',
  'journal_disk_full',
  'journal_read_only',
  'journal_corrupt',
  'journal_newer_version',
  'journal_no_backup',
  'journal_in_use',
  'journal_io',
  'journal_defect',
  'config_refused',
  'config_restart',
  'trends_failed',
  'tls_refused',
  'tls_expiring',
  'audit_failed',
  'openid_unreachable',
  'machine_over_quota',
] as const

export const ProblemSchema = Type.Object({
  code: Type.Enum(PROBLEMS),
  message: Type.String(),
  /** What to do about it: a command, or a sentence. */
  remedy: Type.String(),
})
export type Problem = Type.Static<typeof ProblemSchema>

export const JournalHealthSchema = Type.Object({
  /** `memory`: nothing is being made durable; the problems say why. */
  state: Type.Union([Type.Literal('durable'), Type.Literal('memory')]),
  /** Offset of the last event that would survive a power cut. */
  durable: Type.Integer(),
  /** Offset of the oldest event kept. */
  first: Type.Integer(),
  /** Size, bytes; null until known. */
  bytes: Type.Union([Type.Integer(), Type.Null()]),
  /** Events that were lost because the journal could not be written for too long. */
  lost: Type.Integer(),
})
export type JournalHealth = Type.Static<typeof JournalHealthSchema>

/** One viewer, as the panel sees it. */
export const ViewerSchema = Type.Object({
  session: Type.String(),
  kind: Type.Union([Type.Literal('local'), Type.Literal('remote')]),
  address: Type.String(),
  agent: Type.String(),
  /** Epoch milliseconds. */
  since: Type.Integer(),
  /** Events between its position and the head. */
  lag: Type.Integer(),
  /** Bytes on the way to it. */
  pending: Type.Integer(),
  /** Values that were left out because later ones replaced them. */
  conflated: Type.Integer(),
  /** How often it was given a snapshot in place of the events it missed. */
  resets: Type.Integer(),
  /** From the panel's latest `ping` to its answer, milliseconds; null until one was answered. */
  roundTrip: Type.Union([Type.Integer(), Type.Null()]),
})
export type ViewerHealth = Type.Static<typeof ViewerSchema>

/** The certificate that is served over HTTPS: what everybody who connects sees of it anyway. */
export const CertificateSchema = Type.Object({
  /** `own`: the user's own; `generated`: made by the panel. */
  source: Type.Union([Type.Literal('own'), Type.Literal('generated')]),
  /** SHA-256, in hexadecimal digits with colons. */
  fingerprint: Type.String(),
  names: Type.Array(Type.String()),
  /** Its end, epoch milliseconds. */
  to: Type.Integer(),
})
export type CertificateHealth = Type.Static<typeof CertificateSchema>

/** Events beyond what one machine may send, since the start. Those of machines that are not named count in `events` alone. */
export const ShedSchema = Type.Object({
  events: Type.Integer(),
  machines: Type.Array(Type.Object({ machine: Type.String(), events: Type.Integer() })),
})
export type ShedHealth = Type.Static<typeof ShedSchema>

/** How the panel itself is doing. The latest value matters, not its history: it is no part of the log. */
export const HealthSchema = Type.Object({
  startedAt: Type.Integer(),
  time: Type.Integer(),
  version: Type.String(),
  /** Offset of the last event. */
  offset: Type.Integer(),
  sessions: Type.Integer(),
  viewers: Type.Array(ViewerSchema),
  journal: JournalHealthSchema,
  listeners: Type.Array(ListenerSchema),
  problems: Type.Array(ProblemSchema),
  /** Missing where browsers are served over plain HTTP. */
  certificate: Type.Optional(CertificateSchema),
  /** Missing where nothing was shed. */
  shed: Type.Optional(ShedSchema),
  /** Newest last, bounded. */
  refusedSamples: Type.Array(RefusedSampleSchema),
})
export type Health = Type.Static<typeof HealthSchema>
