package device

import (
	"encoding/json"
	"fmt"

	"gorgan/kernels"
	"gorgan/kernels/plan"
)

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
	if text, err = kernels.Broadcast(group, text); err != nil {
		return err
	}
	var products []plan.Entry
	if err := json.Unmarshal(text, &products); err != nil {
		return fmt.Errorf("the plan of rank 0: %w", err)
	}
	p.Products = products
	return nil
}
