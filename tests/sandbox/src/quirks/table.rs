//! The switches, each with every reading it can play. The first reading is the sandbox's usual one.

use super::macros::switches;

switches! {
    /// Form of a successful token reply.
    token_reply: TokenReply {
        /// The bare object.
        Bare = "bare",
        /// The object as `data` of the envelope.
        Enveloped = "enveloped",
    }
    /// What a token looks like. It is opaque in any case.
    token_form: TokenForm {
        /// Three parts, like a JWT.
        Jwt = "jwt",
        /// 64 hexadecimal digits.
        Hex64 = "hex64",
    }
    /// How `token_type` is written.
    token_type: TokenType {
        /// `Bearer`.
        Capitalized = "capitalized",
        /// `bearer`.
        LowerCase = "lower_case",
        /// `BEARER`.
        UpperCase = "upper_case",
    }
    /// What a second token call gets while the first token is good.
    token_renewal: TokenRenewal {
        /// Another token.
        Fresh = "fresh",
        /// The same token, with the time it has left.
        Same = "same",
    }
    /// What `expires_in` says.
    expires_in: ExpiresIn {
        /// How long the token is good for.
        Actual = "actual",
        /// 86400, whatever is true.
        Documented = "documented",
    }
    /// Code for a token whose time is over.
    expired_token: ExpiredToken {
        /// 2002.
        Code2002 = "2002",
        /// 2001, as for a token that was never issued.
        Code2001 = "2001",
    }
    /// What becomes of a stream when its token ends.
    token_end: TokenEnd {
        /// Nothing.
        GoesOn = "goes_on",
        /// It is closed with code 1008.
        Closes1008 = "closes_1008",
        /// It is closed with code 4401.
        Closes4401 = "closes_4401",
    }

    /// The `message` of an answer.
    message: Message {
        /// The documented text.
        Usual = "usual",
        /// Another text.
        Other = "other",
        /// An empty text.
        Empty = "empty",
        /// Null.
        Null = "null",
        /// No such field.
        Missing = "missing",
    }
    /// `data` of a failure.
    failure_data: FailureData {
        /// No such field.
        Omitted = "omitted",
        /// Null.
        Null = "null",
    }
    /// `data` of a success that has none.
    empty_data: EmptyData {
        /// Null.
        Null = "null",
        /// No such field.
        Omitted = "omitted",
    }
    /// Where the `details` of an error stand.
    error_details: ErrorDetails {
        /// Beside the code.
        Beside = "beside",
        /// In `data`.
        InData = "in_data",
        /// Nowhere.
        Missing = "missing",
    }
    /// HTTP status of a failure.
    failure_status: FailureStatus {
        /// The one that goes with the code.
        Matching = "matching",
        /// 200: only the code tells.
        Always200 = "always_200",
    }
    /// Where a refusal for the quota says how long to wait.
    retry_after: RetryAfter {
        /// In `details` and in a `Retry-After` header.
        Both = "both",
        /// Only in `details`.
        Details = "details",
        /// Only in the header.
        Header = "header",
        /// Nowhere.
        Neither = "neither",
    }
    /// Fields that no schema lists.
    unknown_fields: UnknownFields {
        /// There are none.
        Absent = "absent",
        /// In every object of answers and frames.
        Present = "present",
    }

    /// The quota that a command for a connector counts against.
    command_class: CommandClass {
        /// That of control calls.
        Control = "control",
        /// That of queries.
        Query = "query",
    }
    /// The window that calls are counted in.
    quota_window: QuotaWindow {
        /// It slides.
        Sliding = "sliding",
        /// It begins with each minute, or second.
        Fixed = "fixed",
    }
    /// Whether a call that was refused for the quota counts too.
    refused_calls: RefusedCalls {
        /// No.
        Free = "free",
        /// Yes.
        Counted = "counted",
    }
    /// Whether opening a stream counts as a query.
    stream_handshake: StreamHandshake {
        /// No.
        Free = "free",
        /// Yes.
        Counted = "counted",
    }
    /// A second stream of a client.
    second_stream: SecondStream {
        /// Refused if it is for the same devices.
        Refused = "refused",
        /// Refused if the two have a device in common.
        RefusedOnOverlap = "refused_on_overlap",
        /// Allowed.
        Allowed = "allowed",
        /// Allowed; the first one for the same devices is closed with code 1008.
        Replaces = "replaces",
    }

    /// What ids look like. Both kinds are understood at any time.
    ids: Ids {
        /// `dvc_…`, `site_…`, `rec_…`, `cmd_…`.
        Prefixed = "prefixed",
        /// UUIDs.
        Uuid = "uuid",
    }
    /// A page size over 100.
    large_page: LargePage {
        /// Refused (1001).
        Refused = "refused",
        /// Cut to 100.
        Clamped = "clamped",
    }
    /// What a page holds beside its items.
    page_fields: PageFields {
        /// `total`, `page` and `size`.
        All = "all",
        /// Nothing.
        ItemsOnly = "items_only",
    }
    /// How times are written.
    timestamps: Timestamps {
        /// UTC, with milliseconds.
        Milliseconds = "milliseconds",
        /// UTC, whole seconds.
        Seconds = "seconds",
        /// UTC, with microseconds.
        Microseconds = "microseconds",
        /// Milliseconds, and `+00:00` in the place of `Z`.
        Offset = "offset",
    }
    /// The `status` of a device with a fault.
    device_status: DeviceStatus {
        /// Online or offline, like any other.
        OnlineOrOffline = "online_or_offline",
        /// `fault`, while it is on line.
        WithFault = "with_fault",
    }

    /// Frames of a device with several connectors.
    frames: Frames {
        /// One for the device.
        PerDevice = "per_device",
        /// One for each connector.
        PerConnector = "per_connector",
    }
    /// Frames of a device at which nothing goes on.
    idle_frames: IdleFrames {
        /// Sent like all others.
        Sent = "sent",
        /// Not sent.
        Withheld = "withheld",
    }
    /// Frames of a device that is off line.
    offline_frames: OfflineFrames {
        /// Sent, and say `unavailable`.
        Sent = "sent",
        /// Not sent.
        Withheld = "withheld",
    }
    /// Name of the field with a connector's state in frames.
    frame_state: FrameState {
        /// `state`.
        State = "state",
        /// `status`.
        Status = "status",
    }
    /// Name of the field with a connector's state in device details.
    details_state: DetailsState {
        /// `status`.
        Status = "status",
        /// `state`.
        State = "state",
    }
    /// The words for the states of connectors.
    states: States {
        /// Those of the schema.
        Listed = "listed",
        /// `preparing` in the place of `idle`.
        Preparing = "preparing",
        /// With a capital letter.
        Capitalized = "capitalized",
    }
    /// The state of charge of a vehicle.
    soc: Soc {
        /// A whole number.
        Whole = "whole",
        /// A number with a fraction.
        Fraction = "fraction",
        /// Null.
        Null = "null",
        /// No such field.
        Missing = "missing",
    }
    /// The state of charge where there is no vehicle.
    absent_soc: AbsentSoc {
        /// No such field.
        Missing = "missing",
        /// Null.
        Null = "null",
    }
    /// The sign of what a vehicle gives back.
    discharge_sign: DischargeSign {
        /// Power and energy are negative.
        Negative = "negative",
        /// Power is negative, energy is not.
        PowerOnly = "power_only",
        /// Neither is negative.
        Positive = "positive",
    }
    /// A device in `devices=` that nobody knows.
    unknown_device: UnknownDevice {
        /// The stream is refused.
        Refused = "refused",
        /// It is left out.
        Ignored = "ignored",
    }

    /// `data` in the answer to a schedule.
    schedule_answer: ScheduleAnswer {
        /// Null.
        Null = "null",
        /// The id of a command.
        CommandId = "command_id",
        /// No such field.
        Omitted = "omitted",
    }
    /// The `control_id` of a flexibility call, among the commands.
    control_id: ControlId {
        /// It can be followed there.
        Pollable = "pollable",
        /// It is unknown there.
        Unknown = "unknown",
    }
    /// A command for a charger that is off line.
    offline_commands: OfflineCommands {
        /// It waits in the queue.
        Queued = "queued",
        /// It fails at once.
        Failed = "failed",
        /// It is refused (4001).
        Refused = "refused",
    }
    /// The status of a command that its charger has refused.
    refusal: Refusal {
        /// `failed`.
        Failed = "failed",
        /// `rejected`, which the schema lacks.
        Rejected = "rejected",
    }
    /// When a command that begins a session is `completed`.
    session_commands: SessionCommands {
        /// When the session has ended.
        AtTheEnd = "completed_at_the_end",
        /// When it has begun.
        AtOnce = "completed_at_once",
    }
    /// How often a charger that is played from outside is given a command.
    delivery: Delivery {
        /// Once, by a heartbeat or by a poll.
        Once = "once",
        /// Until it says something about it, by both.
        Repeated = "repeated",
    }
    /// The secret of a charger after the time it was told.
    device_secret: DeviceSecret {
        /// It goes on being good.
        Lasts = "lasts",
        /// It is refused.
        Expires = "expires",
    }

    /// The records that lie in a time range.
    record_range: RecordRange {
        /// Those of sessions that began in it.
        ByStart = "by_start",
        /// Those of sessions that lasted into it.
        ByOverlap = "by_overlap",
    }
    /// Whether a time range includes its end.
    range_end: RangeEnd {
        /// No.
        Excluded = "excluded",
        /// Yes.
        Included = "included",
    }
    /// The order of records.
    record_order: RecordOrder {
        /// The newest first.
        NewestFirst = "newest_first",
        /// The oldest first.
        OldestFirst = "oldest_first",
    }
    /// What `group_by=site` does to an energy series.
    energy_groups: EnergyGroups {
        /// Nothing.
        Ignored = "ignored",
        /// Each site has its own points, with a `site_id`.
        BySite = "by_site",
    }
    /// Buckets of an energy series in which nothing was charged.
    empty_buckets: EmptyBuckets {
        /// They are there, with zeros.
        Zeros = "zeros",
        /// They are left out.
        Omitted = "omitted",
    }
    /// The label of a bucket.
    bucket_labels: BucketLabels {
        /// As short as the bucket allows.
        Short = "short",
        /// The full time of its beginning.
        Timestamp = "timestamp",
    }
}
