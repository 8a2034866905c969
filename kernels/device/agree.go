package device

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"gorgan/kernels"
	"gorgan/kernels/plan"
)

// longestPlan is the most bytes that the products of a plan may take.
const longestPlan = 16 << 20

// agree gives each rank of the group the products that rank 0 has in its plan. Each rank has recorded the same
// steps. Only rank 0 times products, because the times of another rank could lead to another choice, and so to
// other bits.
func agree(group kernels.Group, p *plan.Plan) error {
	if group.Size() == 1 {
		return nil
	}
	text, err := json.Marshal(p.Products)
	if err != nil {
		return err
	}
	lengths := make([]byte, 8*group.Size())
	if err := group.AllGather(lengths, binary.LittleEndian.AppendUint64(nil, uint64(len(text)))); err != nil {
		return err
	}
	first := binary.LittleEndian.Uint64(lengths)
	if first > longestPlan {
		return fmt.Errorf("the plan of rank 0 has %d bytes, want at most %d", first, longestPlan)
	}
	mine, all := make([]byte, first), make([]byte, first*uint64(group.Size()))
	if group.Rank() == 0 {
		copy(mine, text)
	}
	if err := group.AllGather(all, mine); err != nil {
		return err
	}
	var products []plan.Entry
	if err := json.Unmarshal(all[:first], &products); err != nil {
		return fmt.Errorf("the plan of rank 0: %w", err)
	}
	p.Products = products
	return nil
}
