//! Which of several processes takes which device, worked out by each for itself.

/// One of `count` equal parts of a fleet. Processes that are given the same devices and the parts 0, 1, … `count` - 1
/// carry every device exactly once, without talking to each other.
///
/// The part of a device is worked out from its id alone, the same for ever and easily in any language: FNV-1a over the
/// id's UTF-8 bytes (64 bits, offset basis `cbf29ce484222325`, prime `100000001b3`), scrambled (shift right by 33 and
/// xor, times `ff51afd7ed558ccd`, again shift and xor, times `c4ceb9fe1a85ec53`, again shift and xor), times `count`, of
/// which the upper 64 of 128 bits are the part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    /// Which part, counted from 0.
    pub index: u32,
    /// How many parts there are.
    pub count: u32,
}

impl Partition {
    /// Whether the device belongs to this part.
    pub fn contains(&self, device_id: &str) -> bool {
        let scaled = u128::from(scramble(fnv1a(device_id))) * u128::from(self.count);
        scaled >> 64 == u128::from(self.index)
    }
}

fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Ids differ in their last letters, which FNV-1a alone hardly carries into the upper bits.
fn scramble(mut bits: u64) -> u64 {
    for factor in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
        bits = (bits ^ (bits >> 33)).wrapping_mul(factor);
    }
    bits ^ (bits >> 33)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a("foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn the_parts_of_known_ids_never_change() {
        // Processes of different releases may share a fleet: whoever changes these numbers makes them overlap.
        let part = |id: &str| {
            (0..8).find(|index| {
                Partition {
                    index: *index,
                    count: 8,
                }
                .contains(id)
            })
        };
        let parts = ["dvc_0", "dvc_1", "dvc_2", "dvc_3", "dvc_00af"].map(part);
        assert_eq!(parts, [2, 7, 5, 1, 2].map(Some));
    }

    #[test]
    fn parts_are_near_even_for_ids_that_count_up() {
        for count in [2, 3, 7] {
            let mut sizes = vec![0_u32; count as usize];
            for device in 0..7000 {
                let id = format!("dvc_{device:06}");
                for index in 0..count {
                    sizes[index as usize] += u32::from(Partition { index, count }.contains(&id));
                }
            }
            let fair = 7000 / count;
            assert!(sizes.iter().all(|size| size.abs_diff(fair) < fair / 10), "{sizes:?}");
        }
    }

    proptest! {
        #[test]
        fn every_id_belongs_to_exactly_one_part(id in "\\PC{0,40}", count in 1_u32..50) {
            let holders = (0..count).filter(|index| Partition { index: *index, count }.contains(&id)).count();
            prop_assert_eq!(holders, 1);
        }
    }
}
