//! The switches, each with every reading it can play. The first reading is the sandbox's usual one.

use super::macros::switches;

switches! {
    token_reply: TokenReply, "Form of a successful token reply." {
        Bare = "bare": "The bare object.",
        Enveloped = "enveloped": "The object as `data` of the envelope.",
    }
    token_form: TokenForm, "What a token looks like. It is opaque in any case." {
        Jwt = "jwt": "Three parts, like a JWT.",
        Hex64 = "hex64": "64 hexadecimal digits.",
    }
    token_type: TokenType, "How `token_type` is written." {
        Capitalized = "capitalized": "`Bearer`.",
        LowerCase = "lower_case": "`bearer`.",
        UpperCase = "upper_case": "`BEARER`.",
    }
    token_renewal: TokenRenewal, "What a second token call gets while the first token is good." {
        Fresh = "fresh": "Another token.",
        Same = "same": "The same token, with the time it has left.",
    }
    expires_in: ExpiresIn, "What `expires_in` says." {
        Actual = "actual": "How long the token is good for.",
        Documented = "documented": "86400, whatever is true.",
    }
    expired_token: ExpiredToken, "Code for a token whose time is over." {
        Code2002 = "2002": "2002.",
        Code2001 = "2001": "2001, as for a token that was never issued.",
    }
    token_end: TokenEnd, "What becomes of a stream when its token ends." {
        GoesOn = "goes_on": "Nothing.",
        Closes1008 = "closes_1008": "It is closed with code 1008.",
        Closes4401 = "closes_4401": "It is closed with code 4401.",
    }

    message: Message, "The `message` of an answer." {
        Usual = "usual": "The documented text.",
        Other = "other": "Another text.",
        Empty = "empty": "An empty text.",
        Null = "null": "Null.",
        Missing = "missing": "No such field.",
    }
    failure_data: FailureData, "`data` of a failure." {
        Omitted = "omitted": "No such field.",
        Null = "null": "Null.",
    }
    empty_data: EmptyData, "`data` of a success that has none." {
        Null = "null": "Null.",
        Omitted = "omitted": "No such field.",
    }
    error_details: ErrorDetails, "Where the `details` of an error stand." {
        Beside = "beside": "Beside the code.",
        InData = "in_data": "In `data`.",
        Missing = "missing": "Nowhere.",
    }
    failure_status: FailureStatus, "HTTP status of a failure." {
        Matching = "matching": "The one that goes with the code.",
        Always200 = "always_200": "200: only the code tells.",
    }
    retry_after: RetryAfter, "Where a refusal for the quota says how long to wait." {
        Both = "both": "In `details` and in a `Retry-After` header.",
        Details = "details": "Only in `details`.",
        Header = "header": "Only in the header.",
        Neither = "neither": "Nowhere.",
    }
    unknown_fields: UnknownFields, "Fields that no schema lists." {
        Absent = "absent": "There are none.",
        Present = "present": "In every object of answers and frames.",
    }

    command_class: CommandClass, "The quota that a command for a connector counts against." {
        Control = "control": "That of control calls.",
        Query = "query": "That of queries.",
    }
    quota_window: QuotaWindow, "The window that calls are counted in." {
        Sliding = "sliding": "It slides.",
        Fixed = "fixed": "It begins with each minute, or second.",
    }
    refused_calls: RefusedCalls, "Whether a call that was refused for the quota counts too." {
        Free = "free": "No.",
        Counted = "counted": "Yes.",
    }
    stream_handshake: StreamHandshake, "Whether opening a stream counts as a query." {
        Free = "free": "No.",
        Counted = "counted": "Yes.",
    }
    second_stream: SecondStream, "A second stream of a client." {
        Refused = "refused": "Refused if it is for the same devices.",
        RefusedOnOverlap = "refused_on_overlap": "Refused if the two have a device in common.",
        Allowed = "allowed": "Allowed.",
        Replaces = "replaces": "Allowed; the first one for the same devices is closed with code 1008.",
    }

    ids: Ids, "What ids look like. Both kinds are understood at any time." {
        Prefixed = "prefixed": "`dvc_…`, `site_…`, `rec_…`, `cmd_…`.",
        Uuid = "uuid": "UUIDs.",
    }
    large_page: LargePage, "A page size over 100." {
        Refused = "refused": "Refused (1001).",
        Clamped = "clamped": "Cut to 100.",
    }
    page_fields: PageFields, "What a page holds beside its items." {
        All = "all": "`total`, `page` and `size`.",
        ItemsOnly = "items_only": "Nothing.",
    }
    timestamps: Timestamps, "How times are written." {
        Milliseconds = "milliseconds": "UTC, with milliseconds.",
        Seconds = "seconds": "UTC, whole seconds.",
        Microseconds = "microseconds": "UTC, with microseconds.",
        Offset = "offset": "Milliseconds, and `+00:00` in the place of `Z`.",
    }
    site_status: SiteStatus, "The `status` of a site, by which a list can be narrowed." {
        Absent = "absent": "Not shown; every site is active.",
        Shown = "shown": "Shown: active while a charger of it is on line.",
    }
    device_status: DeviceStatus, "The `status` of a device with a fault." {
        OnlineOrOffline = "online_or_offline": "Online or offline, like any other.",
        WithFault = "with_fault": "`fault`, while it is on line.",
    }

    frames: Frames, "Frames of a device with several connectors." {
        PerDevice = "per_device": "One for the device.",
        PerConnector = "per_connector": "One for each connector.",
    }
    idle_frames: IdleFrames, "Frames of a device at which nothing goes on." {
        Sent = "sent": "Sent like all others.",
        Withheld = "withheld": "Not sent.",
    }
    offline_frames: OfflineFrames, "Frames of a device that is off line." {
        Sent = "sent": "Sent, and say `unavailable`.",
        Withheld = "withheld": "Not sent.",
    }
    frame_state: FrameState, "Name of the field with a connector's state in frames." {
        State = "state": "`state`.",
        Status = "status": "`status`.",
    }
    details_state: DetailsState, "Name of the field with a connector's state in device details." {
        Status = "status": "`status`.",
        State = "state": "`state`.",
    }
    states: States, "The words for the states of connectors." {
        Listed = "listed": "Those of the schema.",
        Preparing = "preparing": "`preparing` in the place of `idle`.",
        Capitalized = "capitalized": "With a capital letter.",
    }
    soc: Soc, "The state of charge of a vehicle." {
        Whole = "whole": "A whole number.",
        Fraction = "fraction": "A number with a fraction.",
        Null = "null": "Null.",
        Missing = "missing": "No such field.",
    }
    absent_soc: AbsentSoc, "The state of charge where there is no vehicle." {
        Missing = "missing": "No such field.",
        Null = "null": "Null.",
    }
    discharge_sign: DischargeSign, "The sign of what a vehicle gives back." {
        Negative = "negative": "Power and energy are negative.",
        PowerOnly = "power_only": "Power is negative, energy is not.",
        Positive = "positive": "Neither is negative.",
    }
    no_devices: NoDevices, "A stream for which no device is named." {
        Refused = "refused": "It is refused.",
        All = "all": "It is for every device there is.",
    }
    unknown_device: UnknownDevice, "A device in `devices=` that nobody knows." {
        Refused = "refused": "The stream is refused.",
        Ignored = "ignored": "It is left out.",
    }

    schedule_answer: ScheduleAnswer, "`data` in the answer to a schedule." {
        Null = "null": "Null.",
        CommandId = "command_id": "The id of a command.",
        Omitted = "omitted": "No such field.",
    }
    schedule_zone: ScheduleZone, "The time zone of a schedule that names none." {
        Utc = "utc": "UTC.",
        Site = "site": "That of the charger's site.",
    }
    night_slots: NightSlots, "The day that a slot across midnight is meant for, where days are named." {
        FirstDay = "first_day": "The one on which it begins.",
        LastDay = "last_day": "The one on which it ends.",
        EachDay = "each_day": "Neither night: the day's own first hours and its own last hours.",
    }
    control_id: ControlId, "The `control_id` of a flexibility call, among the commands." {
        Pollable = "pollable": "It can be followed there.",
        Unknown = "unknown": "It is unknown there.",
    }
    offline_commands: OfflineCommands, "A command for a charger that is off line." {
        Queued = "queued": "It waits in the queue.",
        Failed = "failed": "It fails at once.",
        Refused = "refused": "It is refused (4001).",
    }
    command_expiry: CommandExpiry, "A command that its charger does not take within five minutes." {
        Never = "never": "It waits on.",
        Failed = "failed": "It has failed.",
        Expired = "expired": "It is `expired`, which the schema lacks.",
    }
    refusal: Refusal, "The status of a command that its charger has refused." {
        Failed = "failed": "`failed`.",
        Rejected = "rejected": "`rejected`, which the schema lacks.",
    }
    session_commands: SessionCommands, "When a command that begins a session is `completed`." {
        AtTheEnd = "completed_at_the_end": "When the session has ended.",
        AtOnce = "completed_at_once": "When it has begun.",
    }
    delivery: Delivery, "How often a charger that is played from outside is given a command." {
        Once = "once": "Once, by a heartbeat or by a poll.",
        Repeated = "repeated": "Until it says something about it, by both.",
    }
    device_secret: DeviceSecret, "The secret of a charger after the time it was told." {
        Lasts = "lasts": "It goes on being good.",
        Expires = "expires": "It is refused.",
    }

    record_range: RecordRange, "The records that lie in a time range." {
        ByStart = "by_start": "Those of sessions that began in it.",
        ByOverlap = "by_overlap": "Those of sessions that lasted into it.",
    }
    range_end: RangeEnd, "Whether a time range includes its end." {
        Excluded = "excluded": "No.",
        Included = "included": "Yes.",
    }
    open_sessions: OpenSessions, "Sessions that are under way, among the records." {
        Absent = "absent": "A record comes with the end of its session.",
        Listed = "listed": "They have records, too, with what there is so far and without an `end_time`.",
    }
    record_order: RecordOrder, "The order of records." {
        NewestFirst = "newest_first": "The newest first.",
        OldestFirst = "oldest_first": "The oldest first.",
    }
    energy_groups: EnergyGroups, "What `group_by=site` does to an energy series." {
        Ignored = "ignored": "Nothing.",
        BySite = "by_site": "Each site has its own points, with a `site_id`.",
    }
    empty_buckets: EmptyBuckets, "Buckets of an energy series in which nothing was charged." {
        Zeros = "zeros": "They are there, with zeros.",
        Omitted = "omitted": "They are left out.",
    }
    bucket_labels: BucketLabels, "The label of a bucket." {
        Short = "short": "As short as the bucket allows.",
        Timestamp = "timestamp": "The full time of its beginning.",
    }
    bucket_zone: BucketZone, "The time zone in which the buckets of an energy series begin." {
        Utc = "utc": "UTC.",
        Local = "local": "That of the first site that is asked for.",
    }
}
