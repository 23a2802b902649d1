//! An imitation of Inbank's demo environment: a second, independent reading of the guides
