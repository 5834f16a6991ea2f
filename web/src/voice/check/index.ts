/** The check of one's connection as the rest of the client uses it. */
export { checkReport, countsOf } from './check_report';
export { checkVerdictOf, type CheckVerdict } from './check_verdict';
export { ConnectionCheck, type CheckOptions } from './connection_check';
export { NOTHING_FOUND, type Findings } from './findings';
export type { CheckPorts } from './ports';
export { stepsOf, type Step } from './steps';
