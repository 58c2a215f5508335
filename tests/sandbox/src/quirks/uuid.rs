//! Ids as UUIDs: made from the ids that the fleet uses, so that both name the same thing.

use ring::digest;

/// The UUID that stands for an id (version 8: made from whatever its maker likes).
pub(crate) fn uuid(id: &str) -> String {
    let hash = digest::digest(&digest::SHA256, id.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    bytes[6] = bytes[6] & 0x0F | 0x80;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// Whether `text` is `id`, or the UUID that stands for it.
pub(crate) fn means(text: &str, id: &str) -> bool {
    text == id || (text.len() == 36 && text == uuid(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_its_version_and_variant() {
        let one = uuid("dvc_1");
        let parts: Vec<usize> = one.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert!(one[14..].starts_with('8') && "89ab".contains(&one[19..20]), "{one}");
        assert_ne!(one, uuid("dvc_2"));
        assert!(means(&one, "dvc_1") && means("dvc_1", "dvc_1") && !means(&one, "dvc_2"));
    }
}
