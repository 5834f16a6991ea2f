/** The gateway's close codes, each answering: may I reconnect, and may I resume? */

export interface CloseCode {
  name: string;
  reconnect: boolean;
  resume: boolean;
}

export const CLOSE_CODES: Readonly<Record<number, CloseCode>> = {
  4000: { name: 'internal_error', reconnect: true, resume: true },
  4001: { name: 'malformed_frame', reconnect: true, resume: true },
  4002: { name: 'frame_too_large', reconnect: true, resume: true },
  4003: { name: 'identify_timeout', reconnect: true, resume: true },
  4004: { name: 'not_authenticated', reconnect: false, resume: false },
  4005: { name: 'login_session_ended', reconnect: false, resume: false },
  4006: { name: 'rate_limited', reconnect: true, resume: true },
  4007: { name: 'too_slow', reconnect: true, resume: true },
  4008: { name: 'restarting', reconnect: true, resume: true },
  4009: { name: 'heartbeat_lost', reconnect: true, resume: true },
  4010: { name: 'unsupported_protocol', reconnect: false, resume: false },
  4011: { name: 'too_many_connections', reconnect: true, resume: true },
  4012: { name: 'user_disabled', reconnect: false, resume: false },
  4013: { name: 'token_replaced', reconnect: true, resume: true },
};

/** Any other close is the network's or a crash: come back, and resume. */
export function closeCode(code: number): CloseCode {
  return CLOSE_CODES[code] ?? { name: 'connection_lost', reconnect: true, resume: true };
}
